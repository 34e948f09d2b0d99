#!/usr/bin/env python3
"""Writes the corpora of the picture fuzzers anew: pictures of a few pixels, one of every flavour that a reader branches on.

Needs numpy, pillow, pillow-heif, tifffile, imagecodecs and pyvips. Usage: make_picture_seeds.py [FOLDER]
"""
import io
import pathlib
import struct
import sys
import zlib

import imagecodecs
import numpy as np
import pillow_heif
import pyvips
import tifffile
from PIL import Image, ImageCms, PngImagePlugin

pillow_heif.register_heif_opener()
H, W = 6, 9
RGB = (np.arange(H * W * 3, dtype="u1") * 37).reshape(H, W, 3)
RGBA = np.dstack([RGB, np.linspace(0, 255, H * W, dtype="u1").reshape(H, W)])
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description' \
      b' xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'


def exif():
    tags = Image.Exif()
    tags[0x0112] = 6  # orientation
    tags[0x010F] = "maker"
    tags[0x8769] = {0xA001: 2, 0x9286: b"ASCII\0\0\0a comment"}
    return tags.tobytes()


def folder(root, name):
    result = root / name
    result.mkdir(parents=True, exist_ok=True)
    return result


def jpeg(to):
    picture = Image.fromarray(RGB)
    picture.save(to / "baseline.jpg", quality=80)
    picture.save(to / "progressive.jpg", progressive=True, quality=60, subsampling=2)
    picture.save(to / "metadata.jpg", icc_profile=SRGB, exif=exif(), xmp=XMP, comment=b"a comment", dpi=(72, 96))
    picture.convert("L").save(to / "grey.jpg")
    picture.convert("CMYK").save(to / "cmyk.jpg")
    plain = io.BytesIO()
    picture.convert("CMYK").save(plain, "JPEG")
    data = plain.getvalue()
    at = data.index(b"\xff\xee")  # without Adobe's marker
    size = struct.unpack(">H", data[at + 2:at + 4])[0]
    (to / "cmyk-no-marker.jpg").write_bytes(data[:at] + data[at + 2 + size:])
    whole = (to / "baseline.jpg").read_bytes()
    (to / "no-end.jpg").write_bytes(whole[:-2])
    (to / "two.jpg").write_bytes(whole + whole)


def tiff(to):
    def write(name, data, **options):
        tifffile.imwrite(to / name, data, metadata=None, **options)

    write("rgb.tif", RGB, photometric="rgb")
    write("deflate-planar.tif", np.moveaxis(RGB, 2, 0).copy(), photometric="rgb", planarconfig="separate", compression="zlib")
    write("rgba16.tif", RGBA.astype("u2") * 257, photometric="rgb", extrasamples=["unassalpha"], predictor=True, compression="zlib")
    write("associated.tif", RGBA, photometric="rgb", extrasamples=["assocalpha"])
    write("grey-tiled.tif", np.zeros((16, 32), "u1"), photometric="minisblack", tile=(16, 16))
    write("white-is-zero.tif", RGB[:, :, 0], photometric="miniswhite", rowsperstrip=2)
    write("float16.tif", RGB.astype("f2") / 255, photometric="rgb")
    write("float32-big.tif", RGB.astype("f4") / 255, photometric="rgb", byteorder=">")
    write("float64.tif", RGB[:, :, 0].astype("f8") / 255, photometric="minisblack")
    write("twelve.tif", RGB.astype("u2") * 16, photometric="rgb", bitspersample=12)
    write("lab.tif", RGB, photometric="cielab")
    write("cmyk.tif", RGBA, photometric="separated")
    write("palette.tif", RGB[:, :, 0], photometric="palette", colormap=np.arange(768, dtype="u2").reshape(3, 256))
    write("lzw-jpeg.tif", np.zeros((16, 16, 3), "u1"), photometric="rgb", compression="lzw")
    write("jpeg.tif", np.zeros((16, 16, 3), "u1"), photometric="ycbcr", compression="jpeg")
    write("bigtiff.tif", RGB, photometric="rgb", bigtiff=True, iccprofile=SRGB, resolution=(72, 72))
    write("bilevel.tif", RGB[:, :, 0] > 99, photometric="minisblack")


def webp(to):
    Image.fromarray(RGB).save(to / "lossy.webp", quality=50)
    Image.fromarray(RGBA).save(to / "lossless.webp", lossless=True, icc_profile=SRGB, exif=exif(), xmp=XMP)
    Image.fromarray(RGBA).save(to / "alpha.webp", quality=40)
    frames = [Image.fromarray(np.roll(RGBA, i, 0)) for i in range(3)]
    frames[0].save(to / "moving.webp", save_all=True, append_images=frames[1:], duration=40)


def phones(to):
    """HEIC by x265, AVIF by libaom, JPEG XL by libjxl; what each reader branches on: depth, alpha, grey, profile, boxes."""
    plain, clear = Image.fromarray(RGB), Image.fromarray(RGBA)
    plain.save(to / "plain.heic", quality=50)
    clear.save(to / "metadata.heic", quality=50, icc_profile=SRGB, exif=exif(), xmp=XMP)
    pillow_heif.from_bytes("RGB;16", (W, H), (RGB.astype("u2") * 257).tobytes()).save(to / "ten.heic", quality=50)
    plain.save(to / "plain.avif", quality=50)
    clear.save(to / "metadata.avif", quality=50, icc_profile=SRGB, exif=exif(), xmp=XMP)
    plain.convert("L").save(to / "grey.avif", quality=50)
    for name, data, options in (("lossless", RGBA, {"lossless": True}), ("lossy", RGB, {"distance": 2.0}),
                                ("sixteen", RGB.astype("u2") * 257, {"lossless": True}), ("grey", RGB[:, :, 0], {"lossless": True})):
        (to / f"{name}.jxl").write_bytes(imagecodecs.jpegxl_encode(data, usecontainer=name == "lossless", **options))


def others(to):
    (to / "gif").write_bytes(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;")
    (to / "empty").write_bytes(b"")
    (to / "heif").write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_chunks(data, before=b"", behind=b""):
    """A PNG with chunks before its pixels and behind them."""
    at = data.index(b"IDAT") - 4
    end = data.index(b"IEND") - 4
    return data[:at] + before + data[at:end] + behind + data[end:]


def png(to):
    def written(picture, **options):
        out = io.BytesIO()
        picture.save(out, "PNG", **options)
        return out.getvalue()

    plain = written(Image.fromarray(RGB))
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "plain")
    text.add_text("Description", "zipped" * 20, zip=True)
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    for name, data in {
        "rgb": plain, "rgba": written(Image.fromarray(RGBA)), "grey": written(Image.fromarray(RGB[:, :, 0])),
        "one-bit": written(Image.fromarray(RGB[:, :, 0] > 99)), "sixteen": written(Image.fromarray(RGB[:, :, 0].astype("u2") * 257)),
        "palette": written(Image.fromarray(RGB).quantize(5), transparency=b"\0\x80\xff"),
        "interlaced": pyvips.Image.new_from_array(RGB).pngsave_buffer(interlace=True),
        "metadata": written(Image.fromarray(RGB), icc_profile=SRGB, exif=exif(), pnginfo=text, dpi=(72, 72)),
        "behind": with_chunks(plain, behind=chunk(b"eXIf", exif()[6:]) + chunk(b"tEXt", b"Comment\0late")),
        "cicp": with_chunks(plain, chunk(b"cICP", b"\x0c\x0d\x00\x01")),
        "gamma": with_chunks(plain, chunk(b"gAMA", struct.pack(">I", 100000)) +
                             chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000))),
        "key": with_chunks(plain, chunk(b"tRNS", struct.pack(">3H", 0, 37, 74))),
        "raw-exif": with_chunks(plain, chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(
            b"\nexif\n%8d\n" % len(exif()) + exif().hex().encode()))),
    }.items():
        (to / name).write_bytes(data)
    frames = [Image.fromarray(np.roll(RGB, i, 0)) for i in range(3)]
    frames[0].save(to / "moving", "PNG", save_all=True, append_images=frames[1:])


def metadata(to):
    for name, kind, data in (("icc", 0, SRGB), ("exif", 1, exif()[6:]), ("xmp", 2, XMP),
                             ("iptc", 3, b"\x1c\x02\x78\x00\x07caption"), ("comment", 4, "Größe".encode())):
        for picture in (0x83, 0x21):
            (to / f"{name}{picture:x}").write_bytes(bytes([kind, picture]) + data)


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "corpus"
    pictures = folder(root, "picture")
    for write in (jpeg, tiff, webp, phones, others):
        write(pictures)
    png(folder(root, "png"))
    metadata(folder(root, "metadata"))


if __name__ == "__main__":
    main()
