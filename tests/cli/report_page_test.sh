#!/bin/sh
# Opens reports in headless Chromium and looks: no console errors, the slider works, nothing wider than a phone.
# Usage: report_page_test.sh SOURCE_DIR PROGRAM. IMPASTO_CHROMIUM names another browser of its kind.
set -eu
source=$1 program=$2
browser=
for name in "${IMPASTO_CHROMIUM:-}" chromium chromium-browser google-chrome; do
  if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then browser=$name; break; fi
done
[ -n "$browser" ] || { echo "skipped: no Chromium is installed here"; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
content='a <b>long & "quoted" name without any place to break it_______________________________________.jpg'
cp "$source/data/content.jpg" "$content"
# Two scales; a diverged run without a single step.
"$program" stylise "$content" "$source/data/style.jpg" --weights builtin --size 96 --scales 2 --iterations 4 \
  --steps-per-epoch 1 -o a.jpg --report run.html --quiet
"$program" stylise "$content" "$source/data/style.jpg" --weights builtin --size 48 --iterations 2 --style-weight 1e300 \
  -o b.jpg --report diverged.html --quiet 2>/dev/null && { echo "a style weight of 1e300 did not diverge"; exit 1; }

cat >check.html <<'PAGE'
<body><script>
const faults = [];
const want = (fact, sentence) => { if (!fact) faults.push(sentence); };
function look(name, width, frame) {
  const page = frame.contentDocument, view = frame.contentWindow, place = name + " at " + width + " px: ";
  const root = page.documentElement, steps = view.eval("run.steps");
  want(root.scrollWidth <= width, place + "the page is " + root.scrollWidth + " px wide");
  const slider = page.querySelector("input[type=range]"), before = page.querySelector(".before");
  want([...page.images].length >= 4 && [...page.images].every(i => i.alt), place + "a picture lacks its alt text");
  want(page.querySelectorAll("[id]").length === new Set([...page.querySelectorAll("[id]")].map(e => e.id)).size, place + "an id stands twice");
  // What is drawn changes, the picture's middle belongs to the slider, and keys reach it.
  slider.scrollIntoView({ block: "center", behavior: "instant" });
  const box = before.getBoundingClientRect(), clip = () => view.getComputedStyle(before).clipPath;
  want(box.width > 100 && box.height > 50, place + "the picture has no size");
  want(page.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) === slider, place + "the slider does not lie over the picture");
  slider.focus();
  want(page.activeElement === slider, place + "the slider takes no keys");
  const first = clip();
  slider.value = 25;
  slider.dispatchEvent(new view.Event("input", { bubbles: true }));
  want(clip() !== first && clip().includes("75%"), place + "the slider moves nothing: " + clip());
  const curves = [...page.querySelectorAll("#curves figure > svg")], drawn = () => curves.map(c => c.innerHTML).join();
  want(curves.length === (steps ? 4 : 0), place + "there are " + curves.length + " charts");
  if (!steps) return want(!page.getElementById("notice").hidden, place + "nothing tells that the run diverged");
  want(page.getElementById("notice").hidden, place + "a run that finished has a notice");
  want(!/NaN|Infinity|undefined/.test(drawn()), place + "a chart holds what is no number");
  want(page.querySelectorAll(".border").length === 4, place + "the border of the scales is not marked in each chart");
  for (const axis of ["x-log", "y-log"]) {
    const old = drawn();
    page.getElementById(axis).click();
    want(drawn() !== old && !/NaN|Infinity/.test(drawn()), place + axis + " changes nothing, or into what is no number");
  }
  curves[0].dispatchEvent(new view.KeyboardEvent("keydown", { key: "Home" }));
  want(page.querySelector("#curves output").textContent === "step 1", place + "keys do not move a chart's cursor");
  want(page.querySelectorAll("#film li").length === 9, place + "the film has not all snapshots");
  want(JSON.parse(page.getElementById("preset").textContent).size === 96, place + "the preset is not there");
}
const loads = [];
for (const name of ["run.html", "diverged.html"]) for (const width of [360, 1280]) {
  const frame = document.createElement("iframe");
  frame.style = `width:${width}px;height:900px;border:0`;
  loads.push(new Promise(done => { frame.onload = () => { look(name, width, frame); done(); }; }));
  frame.src = name;
  document.body.append(frame);
}
Promise.all(loads).then(() => { document.body.textContent = "verdict: " + (faults.join("; ") || "good") + "."; });
</script>
PAGE

sandbox=
[ "$(id -u)" -ne 0 ] || sandbox=--no-sandbox  # which root cannot have
HOME=$work "$browser" --headless $sandbox --disable-gpu --user-data-dir="$work/profile" --allow-file-access-from-files \
  --enable-logging=stderr --virtual-time-budget=10000 --window-size=1400,1000 --dump-dom "file://$work/check.html" >dom 2>log ||
  { tail -n 5 log; echo "skipped: $browser does not run here"; exit 77; }
if grep -a ':CONSOLE' log; then echo "the page complains in the console"; exit 1; fi
grep -ao 'verdict: [^<]*' dom || { echo "the check itself did not run"; cat dom; exit 1; }
grep -aq 'verdict: good\.' dom
