# Include what you use: a file that names std::NAME includes a header that the standard says declares it. Without that it
# compiles by way of other headers, which differ between compilers, versions and libraries.
# Reads sources, prints file:line: sentence. A name that is not in the table passes; `make tidy` knows them all where
# clang-tidy is 17 or newer (misc-include-cleaner).

# Any of `headers` declares `names`.
function declares(headers, names,   i, count, name) {
  count = split(names, name, " ")
  for (i = 1; i <= count; i++) headers_of[name[i]] = headers
}

# The first of `headers` when none of them is included, else nothing.
function absent(headers,   i, count, header) {
  count = split(headers, header, " ")
  for (i = 1; i <= count; i++) if (header[i] in included) return ""
  return header[1]
}

function end_of_file(   name, header) {
  for (name in line_of) {
    header = absent(headers_of[name])
    if (header != "") printf "%s:%d: std::%s without #include <%s>\n", file, line_of[name], name, header
  }
  split("", line_of)
  split("", included)
}

BEGIN {
  declares("algorithm", "adjacent_find all_of any_of binary_search clamp copy copy_backward copy_if copy_n count count_if " \
    "equal equal_range fill fill_n find find_end find_if find_if_not for_each for_each_n generate generate_n includes " \
    "inplace_merge is_sorted iter_swap lexicographical_compare lower_bound make_heap max max_element merge min " \
    "min_element minmax minmax_element mismatch move_backward next_permutation none_of nth_element partial_sort " \
    "partition partition_point pop_heap push_heap remove_copy remove_if replace replace_if reverse reverse_copy rotate " \
    "sample search set_difference set_intersection set_union shuffle sort sort_heap stable_partition stable_sort " \
    "swap_ranges transform unique unique_copy upper_bound")
  declares("array", "array to_array")
  declares("atomic", "atomic atomic_flag atomic_ref atomic_thread_fence memory_order_acquire memory_order_acq_rel " \
    "memory_order_relaxed memory_order_release memory_order_seq_cst")
  declares("barrier", "barrier")
  declares("bit", "bit_cast bit_ceil bit_floor bit_width countl_zero countr_zero endian has_single_bit popcount rotl rotr")
  declares("cctype", "isalnum isalpha isdigit islower isprint isspace isupper isxdigit tolower toupper")
  declares("charconv", "chars_format from_chars from_chars_result to_chars to_chars_result")
  declares("chrono", "chrono")
  declares("cmath", "acos asin atan atan2 cbrt ceil copysign cos cosh erf exp exp2 expm1 fabs floor fma fmax fmin fmod " \
    "frexp hypot isfinite isinf isnan ldexp lgamma llround log log10 log1p log2 lrint lround modf nan nanf nearbyint " \
    "nextafter pow rint round signbit sin sinh sqrt tan tanh tgamma trunc")
  declares("cmath cstdlib", "abs")
  declares("complex", "complex")
  declares("condition_variable", "condition_variable condition_variable_any")
  declares("csetjmp", "jmp_buf longjmp")
  declares("csignal", "raise sig_atomic_t signal")
  declares("cstdarg", "va_list")
  declares("cstddef", "byte max_align_t nullptr_t ptrdiff_t")
  declares("cstddef cstdio cstdlib cstring ctime cwchar", "size_t")
  declares("cstdint", "int8_t int16_t int32_t int64_t intmax_t intptr_t uint8_t uint16_t uint32_t uint64_t uintmax_t " \
    "uintptr_t")
  declares("cstdio", "FILE fclose feof ferror fflush fgets fopen fprintf fputc fputs fread fseek ftell fwrite getc " \
    "perror printf putchar puts rename snprintf sprintf sscanf tmpfile vfprintf vsnprintf")
  declares("cstdlib", "_Exit abort aligned_alloc atexit atof atoi calloc exit free getenv malloc quick_exit realloc " \
    "strtod strtof strtol strtoll strtoul strtoull system")
  declares("cstring", "memchr memcmp memcpy memmove memset strchr strcmp strerror strlen strncmp strncpy strrchr strstr")
  declares("ctime", "gmtime localtime mktime strftime time time_t tm")
  declares("deque", "deque")
  declares("exception", "current_exception exception exception_ptr make_exception_ptr rethrow_exception set_terminate " \
    "terminate uncaught_exceptions")
  declares("filesystem", "filesystem")
  declares("fstream", "fstream ifstream ofstream")
  declares("functional", "bit_xor function greater greater_equal invoke less_equal minus multiplies plus " \
    "reference_wrapper")
  declares("future", "async future packaged_task promise")
  declares("initializer_list", "initializer_list")
  declares("ios istream ostream fstream sstream iostream", "ios streamsize streamoff")
  declares("iostream", "cerr cin clog cout")
  declares("iterator", "advance back_insert_iterator back_inserter distance inserter istream_iterator " \
    "istreambuf_iterator iterator_traits make_move_iterator next ostream_iterator prev reverse_iterator")
  declares("limits", "numeric_limits")
  declares("list", "list")
  declares("map", "map multimap")
  declares("memory", "addressof allocator allocator_traits assume_aligned construct_at default_delete destroy_at " \
    "dynamic_pointer_cast enable_shared_from_this make_shared make_unique shared_ptr static_pointer_cast " \
    "uninitialized_copy unique_ptr weak_ptr")
  declares("memory_resource", "pmr")
  declares("mutex", "call_once lock_guard mutex once_flag recursive_mutex scoped_lock")
  declares("mutex shared_mutex", "unique_lock")
  declares("new", "align_val_t bad_alloc bad_array_new_length launder nothrow")
  declares("numbers", "numbers")
  declares("numeric", "accumulate adjacent_difference exclusive_scan gcd inclusive_scan inner_product iota lcm midpoint " \
    "partial_sum reduce transform_reduce")
  declares("optional", "bad_optional_access make_optional nullopt nullopt_t optional")
  declares("queue", "priority_queue queue")
  declares("random", "bernoulli_distribution mt19937 mt19937_64 normal_distribution random_device " \
    "uniform_int_distribution uniform_real_distribution")
  declares("ratio chrono", "micro milli nano ratio")
  declares("regex", "regex regex_match regex_replace regex_search smatch")
  declares("semaphore", "binary_semaphore counting_semaphore")
  declares("set", "multiset set")
  declares("span", "as_bytes as_writable_bytes dynamic_extent span")
  declares("sstream", "istringstream ostringstream stringstream")
  declares("stdexcept", "domain_error invalid_argument length_error logic_error out_of_range overflow_error range_error " \
    "runtime_error")
  declares("string", "basic_string getline stod stof stoi stol stoll stoul stoull string to_string")
  declares("string_view", "basic_string_view string_view")
  declares("system_error", "errc error_code error_condition generic_category make_error_code system_category " \
    "system_error")
  declares("thread", "jthread this_thread thread")
  declares("tuple", "apply forward_as_tuple make_tuple tie tuple")
  declares("type_traits", "common_type_t conditional_t decay_t enable_if_t false_type integral_constant " \
    "invoke_result_t is_arithmetic_v is_base_of_v is_const_v is_convertible_v is_copy_constructible_v is_enum_v " \
    "is_floating_point_v is_integral_v is_invocable_v is_move_constructible_v is_nothrow_move_constructible_v " \
    "is_same_v is_signed_v is_trivially_copyable_v is_trivially_destructible_v is_unsigned_v is_void_v make_signed_t " \
    "make_unsigned_t remove_const_t remove_cv_t remove_cvref_t remove_pointer_t remove_reference_t true_type " \
    "type_identity_t underlying_type_t void_t")
  declares("typeindex", "type_index")
  declares("unordered_map", "unordered_map unordered_multimap")
  declares("unordered_set", "unordered_set")
  declares("utility", "as_const declval exchange forward in_place index_sequence integer_sequence " \
    "make_index_sequence make_integer_sequence make_pair move pair piecewise_construct swap")
  declares("valarray", "valarray")
  declares("variant", "get_if holds_alternative monostate variant visit")
  declares("vector", "vector")
}

FNR == 1 {
  if (NR > 1) end_of_file()
  file = FILENAME
}

/^[ \t]*#[ \t]*include[ \t]*</ {
  header = $0
  sub(/^[^<]*</, "", header)
  sub(/>.*$/, "", header)
  included[header] = 1
  next
}

/std::/ {
  rest = $0
  gsub(/"([^"\\]|\\.)*"/, "\"\"", rest)
  sub(/\/\/.*$/, "", rest)
  while (match(rest, /std::[A-Za-z_0-9]+/)) {
    name = substr(rest, RSTART + 5, RLENGTH - 5)
    rest = substr(rest, RSTART + RLENGTH)
    if (name in headers_of && !(name in line_of)) line_of[name] = FNR
  }
}

END { end_of_file() }
