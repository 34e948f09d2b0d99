#!/bin/sh
# The reference of the API, from the public headers, into FOLDER/html. Usage: docs/make_reference.sh FOLDER
# In the look of doxygen-awesome-css where that is installed, light or dark as the browser wishes.
set -eu
cd "$(dirname "$0")/.."
theme=/usr/share/doxygen-awesome-css
{
  cat docs/Doxyfile
  echo "OUTPUT_DIRECTORY = \"$1\""
  if [ -f $theme/doxygen-awesome.css ]; then
    echo "HTML_EXTRA_STYLESHEET = $theme/doxygen-awesome.css $theme/doxygen-awesome-sidebar-only.css"
  fi
} | doxygen -
