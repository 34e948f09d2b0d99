"""What TensorFlow decodes of JPEGs, and what it and Pillow resize them to."""
import io
import numpy as np
import tensorflow as tf
from PIL import Image
import golden_files
from golden_files import describe, write_json, write_npy
from hash_network import OPS, uniform


def jpeg_and_resize():
    """golden_*.jpg, TensorFlow's decoded pixels and its resized pictures."""
    y, x = np.mgrid[0:47, 0:61]  # odd: the last chroma sample and the last block are cut
    smooth = np.stack([128 + 90 * np.sin(x / 9 + y / 14), 110 + 4 * np.abs((x - 30) % 24 - 12) + y, 200 - 3 * x + 2 * y], axis=-1)
    detail = 80 * (((x // 5 + y // 4) % 2)[..., None] - .5) * np.array([1, .6, -.8]) * (x > 30)[..., None] + 12 * uniform(OPS, (47, 61, 3))
    pixels = np.clip(smooth + detail, 0, 255).astype(np.uint8)
    rgb, found = Image.fromarray(pixels), {}
    for name, image, options in (("baseline", rgb, {}), ("progressive", rgb, {"progressive": True}), ("grey", rgb.convert("L"), {})):
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=90, **options, **({} if name == "grey" else {"subsampling": "4:2:0"}))
        (golden_files.folder / f"golden_{name}.jpg").write_bytes(buffer.getvalue())
        fast, accurate = (tf.io.decode_jpeg(buffer.getvalue(), channels=3, dct_method=m).numpy() for m in ("", "INTEGER_ACCURATE"))
        write_npy(f"golden_{name}_default.npy", fast)
        write_npy(f"golden_{name}_accurate.npy", accurate)
        by_pillow = np.array(Image.open(buffer).convert("RGB"))
        found[name] = {"shape": fast.shape, "default_sum": int(fast.sum(dtype=np.int64)), "accurate_sum": int(accurate.sum(dtype=np.int64)),
                       "default_accurate_max_difference": int(np.abs(fast.astype(int) - accurate).max())}
        print(f"  {name}: default and accurate differ by at most {found[name]['default_accurate_max_difference']}, accurate and Pillow by "
              f"{np.abs(by_pillow.astype(int) - accurate).max()}, default and IFAST equal: {(fast == tf.io.decode_jpeg(buffer.getvalue(), channels=3, dct_method='INTEGER_FAST').numpy()).all()}")
        if name == "baseline": decoded = fast
    for width, height, antialias in ((45, 31, False), (45, 31, True), (80, 53, False), (90, 20, True)):
        resized = tf.image.resize(decoded, (height, width), method="bilinear", antialias=antialias).numpy()
        name = f"golden_resize_{width}x{height}" + ("_antialias" if antialias else "")
        write_npy(name + ".npy", resized)
        found[name[7:]] = {"width": width, "height": height, "antialias": antialias, "source": "golden_baseline_default.npy", **describe(resized)}
    for width, height in ((17, 13), (67, 52), (61, 20), (5, 94)):  # shrunk, enlarged, one side only, both ways
        # Channel by channel in Pillow's mode F: weights in double, float32 between its two passes, nothing rounded to bytes.
        channels = [Image.fromarray(decoded[..., c].astype(np.float32)).resize((width, height), Image.Resampling.LANCZOS) for c in range(3)]
        resized = np.clip(np.stack([np.array(c) for c in channels], axis=-1), 0, 255)
        write_npy(f"golden_lanczos_{width}x{height}.npy", resized)
        found[f"lanczos_{width}x{height}"] = {"width": width, "height": height, "source": "golden_baseline_default.npy", **describe(resized)}
    up = [tf.image.resize(decoded, (53, 80), antialias=a).numpy() for a in (False, True)]
    print(f"  enlarging: antialias changes at most {np.abs(up[0] - up[1]).max():.1e} of 255")
    write_json("golden_pictures.json", found)
