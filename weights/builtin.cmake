# cmake -D FILE=builtin.safetensors -D SOURCE=builtin_bytes.cpp -P builtin.cmake: the bytes of FILE as the array that
# src/model/builtin_bytes.h declares, eight to a number: compilers take that in a fifth of the time of single bytes.
# SOURCE appears complete or not at all.
file(READ ${FILE} digits HEX)
string(LENGTH ${digits} count)
math(EXPR bytes "${count} / 2")
math(EXPR padding "15 - (${count} + 15) % 16")
string(REPEAT 0 ${padding} zeros)
string(REGEX REPLACE "(..)(..)(..)(..)(..)(..)(..)(..)" "0x\\8\\7\\6\\5\\4\\3\\2\\1,\n" words "${digits}${zeros}")
file(WRITE ${SOURCE}.part "#include \"model/builtin_bytes.h\"

namespace impasto::IMPASTO_ABI {

const std::size_t kBuiltinBytes = ${bytes};
const std::uint64_t kBuiltinWords[] = {
${words}};

}  // namespace impasto::IMPASTO_ABI
")
file(RENAME ${SOURCE}.part ${SOURCE})
