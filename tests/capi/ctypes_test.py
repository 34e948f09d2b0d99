"""The C API from Python's ctypes, as a tool without headers would call it. Usage: ctypes_test.py LIBRARY"""

import ctypes
import sys


class Pixels(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("width", ctypes.c_int), ("height", ctypes.c_int),
                ("stride", ctypes.c_ssize_t), ("sample", ctypes.c_int), ("channels", ctypes.c_int)]


class Step(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in ("step", "steps", "epoch", "epochs", "width", "height")] + \
               [(name, ctypes.c_double) for name in ("total", "content", "style", "tv", "seconds")]


WIDTH, HEIGHT, RGB, F32 = 40, 32, 0, 2
lib = ctypes.CDLL(sys.argv[1])
lib.impasto_last_error.restype = ctypes.c_char_p
lib.impasto_stylizer_planned_bytes.restype = ctypes.c_size_t
Progress = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Step), ctypes.c_void_p)


def call(name, *arguments):
    """Raises what the library says when a call fails."""
    if getattr(lib, name)(*arguments) != 0:
        raise RuntimeError(lib.impasto_last_error().decode())


def make(name, *arguments):
    handle = ctypes.c_void_p()
    call(name, *arguments, ctypes.byref(handle))
    return handle


def picture(value):
    """A picture of `value(x, y, channel)`, 0..1."""
    values = (ctypes.c_float * (WIDTH * HEIGHT * 3))(
        *(value(x, y, c) for y in range(HEIGHT) for x in range(WIDTH) for c in range(3)))
    pixels = Pixels(ctypes.addressof(values), WIDTH, HEIGHT, 0, F32, RGB)
    return make("impasto_image_from_pixels", ctypes.byref(pixels))


weights = make("impasto_weights_builtin")
options = make("impasto_options_new", b"draft", weights)
for name, value in ((b"size", b"40"), (b"iterations", b"4"), (b"scales", b"1")):
    call("impasto_options_set", options, name, value)
content = picture(lambda x, y, c: (x + y + 5 * c) / 90)
style = picture(lambda x, y, c: (x // 4 + y // 4 + c) % 2 * 0.8 + 0.1)
styles = (ctypes.c_void_p * 1)(style)
stylizer = make("impasto_stylizer_new", content, styles, None, 1, weights, options, None)
assert lib.impasto_stylizer_planned_bytes(stylizer) > WIDTH * HEIGHT * 12

losses = []


def observe(step, user):
    losses.append(step.contents.total)
    return int(len(losses) < 3)


call("impasto_stylizer_run", stylizer, Progress(observe), None)
assert len(losses) == 3 and losses[-1] < losses[0], losses
painting = make("impasto_stylizer_image", stylizer)
out = (ctypes.c_float * (WIDTH * HEIGHT * 3))()
call("impasto_image_copy_to", painting, ctypes.byref(Pixels(ctypes.addressof(out), WIDTH, HEIGHT, 0, F32, RGB)))
assert max(out) - min(out) > 0.1

try:
    make("impasto_image_load", b"no such file.png")
except RuntimeError as error:
    assert "no such file.png" in str(error)
else:
    raise AssertionError("a file that is not there was read")
for kind, handle in (("image", content), ("image", style), ("image", painting), ("stylizer", stylizer),
                     ("options", options), ("weights", weights)):
    getattr(lib, f"impasto_{kind}_free")(handle)
print("ctypes paints through the C API.")
