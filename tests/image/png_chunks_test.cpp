// PNG files made chunk by chunk, of kinds that libpng does not write.
#include "image/png_chunks.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "image/exif.h"
#include "image/png.h"
#include "image/raw_chunks.h"
#include "image/raw_pictures.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {

TEST_CASE("png: a chunk that claims more bytes than the file has is refused before its memory is taken") {
  for (const char* name : {"tEXt", "zTXt", "iTXt", "sPLT", "pCAL", "eXIf", "iCCP", "xyZa"}) {
    Bytes file = plain_png();
    file.resize(33);  // signature and IHDR
    put_number(file, 0x6FFFFFFF);
    file.insert(file.end(), name, name + 4);
    INFO(name);
    CHECK(contains(error_of(ErrorCode::input, [&] { decode_png(file, "picture 'a.png'"); }),
                   "ends before its picture is complete"));
    CHECK(contains(error_of(ErrorCode::input, [&] { find_png_chunks(file, "picture 'a.png'"); }), "ends before"));
  }
}

TEST_CASE("png: texts that nobody reads are not unpacked, and those that are only up to a limit") {
  const Bytes zeros(std::size_t{17} << 20, 0);
  Bytes text = {'n', 'o', 't', 'e', 0, 0};
  const Bytes packed = deflated(zeros);
  text.insert(text.end(), packed.begin(), packed.end());
  Bytes file = plain_png();
  for (int i = 0; i < 2000; ++i) insert_chunk(file, 33, "zTXt", text);
  const auto begin = std::chrono::steady_clock::now();
  CHECK(decode_png(file, "a.png").width() == 2);
  // Unpacked, they are 33 GiB.
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));

  const std::string key("XML:com.adobe.xmp\0\1\0\0\0", 22);
  Bytes xmp(key.begin(), key.end());
  xmp.insert(xmp.end(), packed.begin(), packed.end());
  file = plain_png();
  insert_chunk(file, 33, "iTXt", xmp);
  CHECK(decode_png(file, "a.png").metadata().xmp.empty());
}

TEST_CASE("png: XMP and EXIF are found behind the picture and in texts as ImageMagick writes them") {
  const Bytes app1 = make_exif(6, true);
  const Bytes block(app1.begin() + 6, app1.end());
  const std::string packet = "<x:xmpmeta/>";
  const Bytes xmp_text = text_chunk("XML:com.adobe.xmp", std::string("\0\0\0\0", 4) + packet);
  const std::size_t behind = plain_png().size() - 12;
  for (const std::size_t at : {std::size_t{33}, behind}) {
    Bytes file = plain_png();
    insert_chunk(file, at, "eXIf", block);
    insert_chunk(file, at, "iTXt", xmp_text);
    const Image image = decode_png(file, "a.png");
    // The standard lets eXIf stand on either side, and its orientation count.
    CHECK(image.width() == 1);
    CHECK(image.height() == 2);
    CHECK(image.metadata().exif.size() == block.size());
    CHECK(exif_orientation(image.metadata().exif) == 1);
    CHECK(std::string(image.metadata().xmp.begin(), image.metadata().xmp.end()) == packet);

    Bytes raw = plain_png();
    insert_chunk(raw, at, "zTXt", raw_profile_chunk("exif", app1));
    const Bytes words(packet.begin(), packet.end());
    insert_chunk(raw, at, "zTXt", raw_profile_chunk("xmp", words));
    const Image still = decode_png(raw, "a.png");
    CHECK(still.width() == 2);  // of texts the standard knows nothing
    CHECK(still.metadata().exif.size() == block.size());
    CHECK(exif_orientation(still.metadata().exif) == 1);
    CHECK(still.metadata().xmp == words);
  }
}

TEST_CASE("png: a chunk whose checksum is wrong is passed over") {
  const Bytes app1 = make_exif(6, true);
  Bytes file = plain_png();
  insert_chunk(file, 33, "eXIf", Bytes(app1.begin() + 6, app1.end()));
  file[33 + 8 + 3] ^= 1;
  const Image image = decode_png(file, "a.png");
  CHECK(image.width() == 2);
  CHECK(image.metadata().exif.empty());
}

}  // namespace impasto::testing
