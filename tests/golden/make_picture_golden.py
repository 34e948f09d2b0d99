#!/usr/bin/env python3
"""Writes golden_picture_*: HEIC, AVIF and JPEG XL of 24 x 18 pixels and what other programs read in them.

Needs numpy, pillow 11.3 or newer (AVIF by its libavif), pillow-heif and imagecodecs, and cjxl and djxl (Debian: libjxl-tools).
Usage: make_picture_golden.py [FOLDER]
"""
import ctypes
import io
import pathlib
import struct
import subprocess
import sys
import tempfile

import imagecodecs
import imagecodecs._jpegxl  # loads its libraries
import numpy as np
import pillow_heif
from PIL import Image, ImageCms

pillow_heif.register_heif_opener()
H, W = 18, 24
Y, X = np.mgrid[0:H, 0:W]
SMOOTH = np.dstack([30 + 8 * X, 40 + 9 * Y, 200 - 3 * X - 4 * Y]).astype("u1")
EDGES = SMOOTH.copy()
EDGES[4:9, 5:12] = (230, 30, 40)
EDGES[10:15, 13:20] = (20, 60, 220)
ALPHA = (255 - 10 * X).astype("u1")
DEEP = SMOOTH.astype("u2") * 257 + (37 * X + 11 * Y)[:, :, None].astype("u2") % 200


def display_p3():
    """An ICC profile of version 2 (ICC.1:2001-04): three columns to D50 and a curve, 2.2."""
    def number(x):
        return struct.pack(">i", round(x * 65536))

    def xyz(x, y, z):
        return b"XYZ \0\0\0\0" + number(x) + number(y) + number(z)

    text = b"P3 with 2.2\0"
    tags = [(b"desc", b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78)),
            (b"cprt", b"text\0\0\0\0CC0\0"), (b"wtpt", xyz(0.9642, 1, 0.8249)),
            (b"rXYZ", xyz(0.5151, 0.2412, -0.0011)), (b"gXYZ", xyz(0.2920, 0.6922, 0.0419)),
            (b"bXYZ", xyz(0.1571, 0.0666, 0.7841))]
    tags += [(name, b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(2.2 * 256))) for name in (b"rTRC", b"gTRC", b"bTRC")]
    table, data = struct.pack(">I", len(tags)), b""
    for name, content in tags:
        content += bytes(-len(content) % 4)
        table += name + struct.pack(">II", 128 + 4 + 12 * len(tags) + len(data), len(content))
        data += content
    header = struct.pack(">I4sI4s4s4s6H4s", 128 + len(table) + len(data), bytes(4), 0x02400000, b"mntr", b"RGB ", b"XYZ ",
                         2000, 1, 1, 0, 0, 0, b"acsp") + bytes(28) + number(0.9642) + number(1) + number(0.8249)
    return header.ljust(128, b"\0") + table + data


def to_srgb(values):
    """8 bits of display_p3() as sRGB, by LittleCMS."""
    source, target = ImageCms.ImageCmsProfile(io.BytesIO(display_p3())), ImageCms.createProfile("sRGB")
    return np.asarray(ImageCms.profileToProfile(Image.fromarray(values), source, target, renderingIntent=1, flags=0x2000))


def oriented(value):
    tags = Image.Exif()
    tags[0x0112] = value
    return tags.tobytes()


def heic(to, keep):
    def read(name):
        return np.asarray(Image.open(to / name))

    picture = Image.fromarray(EDGES)
    picture.save(to / "golden_picture_444.heic", quality=80, chroma=444)
    keep("444.heic", read("golden_picture_444.heic"))
    Image.fromarray(SMOOTH).save(to / "golden_picture_420.heic", quality=80)
    keep("420.heic", read("golden_picture_420.heic"))
    picture.save(to / "golden_picture_turned.heic", quality=80, chroma=444, exif=oriented(6))
    keep("turned.heic", read("golden_picture_turned.heic"))
    Image.fromarray(np.dstack([EDGES, ALPHA])).save(to / "golden_picture_alpha.heic", quality=80, chroma=444)
    keep("alpha.heic", read("golden_picture_alpha.heic"))
    picture.save(to / "golden_picture_icc.heic", quality=80, chroma=444, icc_profile=display_p3())
    keep("icc.heic", to_srgb(read("golden_picture_icc.heic")))
    pillow_heif.from_bytes("RGB;16", (W, H), DEEP.tobytes()).save(to / "golden_picture_ten.heic", quality=90, chroma=444)
    deep = pillow_heif.open_heif(to / "golden_picture_ten.heic", convert_hdr_to_8bit=False)
    assert deep.info["bit_depth"] == 10, deep.info
    keep("ten.heic", np.asarray(deep).astype("u2") >> 6 << 6)  # ten bits in the high ones of sixteen


def avif(to, keep):
    for chroma, pixels in (("444", EDGES), ("420", SMOOTH)):
        name = f"{chroma}.avif"
        Image.fromarray(pixels).save(to / f"golden_picture_{name}", quality=85, subsampling=":".join(chroma))
        keep(name, np.asarray(Image.open(to / f"golden_picture_{name}").convert("RGB")))


def jxl(to, keep, scratch):
    def run(*command):
        subprocess.run([str(word) for word in command], check=True, capture_output=True)

    def coded(name, source, *options, bits=8, read=()):
        """Coded by cjxl, read by djxl as floats, one frame of H x W x channels."""
        file = to / f"golden_picture_{name}"
        run("cjxl", source, file, *options)
        run("djxl", file, scratch / "read.npy", *read)
        floats = np.load(scratch / "read.npy")[0].clip(0, 1)
        return (floats * (2**bits - 1)).round().astype("u2" if bits > 8 else "u1")

    def png(name, pixels, **options):
        Image.fromarray(pixels).save(scratch / name, **options)
        return scratch / name

    def ppm(name, pixels):
        (scratch / name).write_bytes(b"P6 %d %d 65535\n" % (W, H) + pixels.astype(">u2").tobytes())
        return scratch / name

    keep("eight.jxl", coded("eight.jxl", png("a.png", EDGES), "-d", "0"))
    keep("lossy.jxl", coded("lossy.jxl", png("a.png", EDGES), "-d", "1"))
    keep("alpha.jxl", coded("alpha.jxl", png("a.png", np.dstack([EDGES, ALPHA])), "-d", "0"))
    keep("sixteen.jxl", coded("sixteen.jxl", ppm("a.ppm", DEEP), "-d", "0", bits=16))
    Image.fromarray(EDGES).save(scratch / "a.jpg", quality=90, exif=oriented(6))
    keep("turned.jxl", coded("turned.jxl", scratch / "a.jpg"))
    # A lossy file is of no colours of its own: of a profile's djxl makes linear light unless it is told otherwise.
    source = png("a.png", EDGES, icc_profile=display_p3())
    keep("icc.jxl", coded("icc.jxl", source, "-d", "1", read=("--color_space", "RGB_D65_SRG_Rel_SRG")))


def premultiplied(to, keep):
    """By imagecodecs' libjxl, called directly: cjxl 0.7 cannot. What is kept is divided by hand."""
    folder = pathlib.Path(imagecodecs.__file__).parent
    library = ctypes.CDLL(str(next((folder.parent / "imagecodecs.libs").glob("libjxl-*.so*"))))
    for name in ("EncoderCreate", "EncoderFrameSettingsCreate"):
        getattr(library, f"Jxl{name}").restype = ctypes.c_void_p
    encoder = ctypes.c_void_p(library.JxlEncoderCreate(None))
    info, alpha = np.zeros(64, "u4"), np.zeros(64, "u4")  # JxlBasicInfo and JxlExtraChannelInfo, in words
    library.JxlEncoderInitBasicInfo(info.ctypes)
    info[[1, 2, 3, 9, 13, 14, 15, 17]] = W, H, 8, 1, 3, 1, 8, 1  # sides, bits, profile kept, channels, alpha, premultiplied
    assert library.JxlEncoderSetBasicInfo(encoder, info.ctypes) == 0
    library.JxlEncoderInitExtraChannelInfo(0, alpha.ctypes)
    alpha[[1, 5]] = 8, 1
    assert library.JxlEncoderSetExtraChannelInfo(encoder, ctypes.c_size_t(0), alpha.ctypes) == 0
    colours = np.zeros(64, "u4")
    library.JxlColorEncodingSetToSRGB(colours.ctypes, 0)
    assert library.JxlEncoderSetColorEncoding(encoder, colours.ctypes) == 0
    frame = ctypes.c_void_p(library.JxlEncoderFrameSettingsCreate(encoder, None))
    assert library.JxlEncoderSetFrameLossless(frame, 1) == 0
    pixels = np.dstack([(EDGES * (ALPHA / 255.0)[:, :, None]).round().astype("u1"), ALPHA])
    layout = np.array([4, 2, 0, 0, 0, 0], "u4")  # JxlPixelFormat: four bytes
    assert library.JxlEncoderAddImageFrame(frame, layout.ctypes, pixels.ctypes, ctypes.c_size_t(pixels.nbytes)) == 0
    library.JxlEncoderCloseInput(encoder)
    out = np.zeros(1 << 16, "u1")
    next_out, left = ctypes.c_void_p(out.ctypes.data), ctypes.c_size_t(out.nbytes)
    assert library.JxlEncoderProcessOutput(encoder, ctypes.byref(next_out), ctypes.byref(left)) == 0
    (to / "golden_picture_premultiplied.jxl").write_bytes(out[:out.nbytes - left.value].tobytes())
    straight = (pixels[:, :, :3] * 257.0 * 255 / ALPHA[:, :, None]).clip(0, 65535)
    keep("premultiplied.jxl", np.dstack([straight, ALPHA * 257.0]).round().astype("u2"))


def main():
    to = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent

    def keep(name, values):
        np.save(to / f"golden_picture_{name.replace('.', '_')}.npy", np.ascontiguousarray(values))

    heic(to, keep)
    avif(to, keep)
    premultiplied(to, keep)
    with tempfile.TemporaryDirectory() as scratch:
        jxl(to, keep, pathlib.Path(scratch))


if __name__ == "__main__":
    main()
