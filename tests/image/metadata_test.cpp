// What travels from file to file beside the pixels, and what must not because it would lie.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "image/features.h"
#include "image/iptc.h"
#include "image/jpeg.h"
#include "image/raw_pictures.h"
#include "image/sample_pictures.h"
#include "image/xmp.h"
#include "impasto/image.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {

namespace {

std::string updated(const std::string& packet, bool srgb = true) {
  Bytes bytes(packet.begin(), packet.end());
  update_xmp(bytes, 40, 30, srgb);
  return std::string(bytes.begin(), bytes.end());
}

// A segment behind the two bytes that every JPEG begins with.
Bytes with_segment(const Bytes& jpeg, int marker, const std::string& content) {
  Bytes segment = {0xFF, static_cast<std::uint8_t>(marker), static_cast<std::uint8_t>((content.size() + 2) >> 8),
                   static_cast<std::uint8_t>(content.size() + 2)};
  segment.insert(segment.end(), content.begin(), content.end());
  Bytes bytes = jpeg;
  bytes.insert(bytes.begin() + 2, segment.begin(), segment.end());
  return bytes;
}

Bytes grey_jpeg() {
  RawJpeg raw{.width = 8, .height = 8, .given = JCS_GRAYSCALE, .stored = JCS_GRAYSCALE};
  raw.samples.assign(64, 90);
  return make_jpeg(raw);
}

// The index of the Multi-Picture Format with one entry for each type.
std::string mpf(const std::vector<std::uint32_t>& types) {
  Bytes bytes;
  const auto put = [&](std::uint32_t value, int count) {
    for (int i = count - 1; i >= 0; --i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  };
  put(0x4D4D, 2), put(42, 2), put(8, 4), put(1, 2);
  put(0xB002, 2), put(7, 2), put(static_cast<std::uint32_t>(16 * types.size()), 4), put(26, 4), put(0, 4);
  for (const std::uint32_t type : types) put(type, 4), put(100, 4), put(0, 4), put(0, 4);
  return std::string("MPF\0", 4) + std::string(bytes.begin(), bytes.end());
}

std::vector<std::string> warnings_of(const Bytes& jpeg) {
  return decode_jpeg(jpeg, "picture 'a.jpg'").metadata().warnings;
}

}  // namespace

TEST_CASE("xmp: sizes and colour space become the new picture's, as attributes and as elements") {
  CHECK(updated("<r exif:PixelXDimension=\"8192\" exif:PixelYDimension = '4096' tiff:ImageWidth=\"1\"/>") ==
        "<r exif:PixelXDimension=\"40\" exif:PixelYDimension = '30' tiff:ImageWidth=\"40\"/>");
  CHECK(updated("<exif:PixelXDimension>8192</exif:PixelXDimension><exif:ColorSpace>65535</exif:ColorSpace>") ==
        "<exif:PixelXDimension>40</exif:PixelXDimension><exif:ColorSpace>1</exif:ColorSpace>");
  CHECK(updated("<a exif:ColorSpace=\"1\"/>", false) == "<a exif:ColorSpace=\"65535\"/>");
}

TEST_CASE("xmp: gain maps, motion photos, panoramas, thumbnails and a longer packet are not promised, all else stays") {
  CHECK(
      updated("<d dc:title=\"a\" hdrgm:Version=\"1.0\" GPano:ProjectionType=\"x\" xmpNote:HasExtendedXMP='0'>t</d>") ==
      "<d dc:title=\"a\">t</d>");
  CHECK(updated("<d><Container:Directory><rdf:Seq><rdf:li Container:Item=\"1\"/></rdf:Seq></Container:Directory>"
                "<GCamera:MotionPhoto>1</GCamera:MotionPhoto><GCamera:MotionPhotoVersion/>"
                "<xmp:Thumbnails><rdf:Alt/></xmp:Thumbnails><dc:creator>me &lt;x></dc:creator></d>") ==
        "<d><dc:creator>me &lt;x></dc:creator></d>");
  CHECK(updated("<GDepth:Data>a<GDepth:Data>b</GDepth:Data>c</GDepth:Data>d") == "d");
  CHECK(updated("<?xpacket begin='<'?><!-- <hdrgm:V/> --><a b=\">\" hdrgm:V='>'/>") ==
        "<?xpacket begin='<'?><!-- <hdrgm:V/> --><a b=\">\"/>");
  CHECK(updated(std::string("<\0a\0/\0>\0", 8)).empty());
  CHECK(updated(std::string("<a/>\0", 5)) == "<a/>");
  // Damage ends a packet's editing, not the program.
  const std::string good = "<a hdrgm:Version=\"1\" exif:ColorSpace='2'><GPano:X>1</GPano:X></a><!-- x -->";
  for (std::size_t length = 0; length < good.size(); ++length)
    CHECK(updated(good.substr(0, length)).size() <= length + 4);
}

TEST_CASE("metadata: IPTC, comment and resolution travel, where a format has a place for them") {
  const TempFolder folder;
  Image image = gradient(9, 7);
  Metadata metadata;
  metadata.iptc = {0x1C, 2, 120, 0, 5, 'h', 'e', 'l', 'l', 'o'};
  metadata.comment =
      "Gr\xC3\xBC\xC3\x9F"
      "e";
  metadata.resolution = {300, 150};
  image.set_metadata(metadata);
  for (const std::string name : {"a.jpg", "a.png", "a.tif"}) {
    if (name == "a.tif" && !kHasTiff) continue;
    INFO(name);
    save_image(image, folder / name);
    const Metadata back = load_image(folder / name).metadata();
    CHECK(back.iptc == metadata.iptc);
    if (name != "a.tif") CHECK(back.comment == metadata.comment);
    CHECK(back.resolution.x == doctest::Approx(300).epsilon(1e-4));
    CHECK(back.resolution.y == doctest::Approx(150).epsilon(1e-4));
    save_image(image, folder / name, {.keep_metadata = false});
    const Metadata none = load_image(folder / name).metadata();
    CHECK(none.iptc.empty());
    CHECK(none.comment.empty());
    CHECK(none.resolution.x == 0);
  }
}

TEST_CASE("iptc: records are found behind other resources, and damage is passed over") {
  const Bytes records = {0x1C, 2, 5, 0, 1, 'x'};
  const Bytes resource = photoshop_resource(records);
  CHECK(iptc_of(resource) == records);
  CHECK(iptc_of(records) == records);
  Bytes second(kPhotoshopName.begin(), kPhotoshopName.end());
  for (const char c : std::string("8BIM\4\1\3abc\0\0\0\3\7\7\7\0", 18)) second.push_back(static_cast<std::uint8_t>(c));
  second.insert(second.end(), resource.begin(), resource.end());
  CHECK(iptc_of(second) == records);
  for (std::size_t length = 0; length < second.size(); ++length) {
    CHECK(iptc_of(Bytes(second.begin(), second.begin() + static_cast<std::ptrdiff_t>(length))).empty());
  }
}

TEST_CASE("jpeg: a gain map and further pictures are said once, smaller copies of the picture not") {
  CHECK(warnings_of(grey_jpeg()).empty());
  CHECK(warnings_of(with_segment(grey_jpeg(), 0xE2, mpf({0x030000, 0x010001, 0x010002}))).empty());
  const auto views = warnings_of(with_segment(grey_jpeg(), 0xE2, mpf({0x020002, 0x020002})));
  REQUIRE(views.size() == 1);
  CHECK(contains(views[0], "picture 'a.jpg' holds further pictures (MPO) too"));
  const std::string xmp = std::string("http://ns.adobe.com/xap/1.0/\0", 29) + "<a hdrgm:Version=\"1.0\"/>";
  const auto hdr = warnings_of(with_segment(with_segment(grey_jpeg(), 0xE2, mpf({0x030000, 0})), 0xE1, xmp));
  REQUIRE(hdr.size() == 1);
  CHECK(contains(hdr[0], "holds a gain map for HDR too"));
  const std::string iso("urn:iso:std:iso:ts:21496:-1\0\0\0\0\0", 32);
  CHECK(warnings_of(with_segment(grey_jpeg(), 0xE2, iso)).size() == 1);
}

TEST_CASE("metadata: a host's EXIF and XMP of another orientation are written as upright, as the pixels are") {
  Image image(4, 2);
  Metadata metadata;
  // "MM", first directory at 8: one entry, orientation (0x0112), a short, 6.
  metadata.exif = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0};
  const std::string xmp = "<x tiff:Orientation=\"6\"/>";
  metadata.xmp.assign(xmp.begin(), xmp.end());
  image.set_metadata(metadata);
  for (const char* name : {"a.jpg", "a.png", "a.tif", "a.webp"}) {
    CAPTURE(name);
    const Image again = decode_image(encode_image(image, name), name);
    CHECK(again.width() == 4);
    CHECK(again.height() == 2);
  }
}

TEST_CASE("metadata: a part too large for a segment of a JPEG is left out with a word") {
  Image image(8, 8);
  Metadata metadata;
  metadata.comment = std::string(70000, 'c');
  image.set_metadata(metadata);
  std::vector<std::string> warnings;
  const Bytes jpeg = encode_image(image, "a.jpg", {}, &warnings);
  REQUIRE(warnings.size() == 1);
  CHECK(contains(warnings[0], "the content's comment was not written: its 70000 bytes"));
  CHECK(decode_jpeg(jpeg, "a.jpg").metadata().comment.empty());
  metadata.comment.resize(60000);
  image.set_metadata(metadata);
  CHECK(decode_jpeg(encode_image(image, "a.jpg", {}, &warnings), "a.jpg").metadata().comment == metadata.comment);
  CHECK(warnings.size() == 1);
}

}  // namespace impasto::testing
