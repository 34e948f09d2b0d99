#include "optimise/optimiser.h"

#include <cstddef>
#include <cstdint>
#include <memory>

#include "optimise/adam.h"
#include "optimise/lbfgs.h"

namespace impasto::IMPASTO_ABI {

template <class T>
std::unique_ptr<Optimiser<T>> make_optimiser(const Options& options, const Shape& x, const Context& context) {
  if (options.optimiser == OptimiserKind::lbfgs) return std::make_unique<Lbfgs<T>>(options.lbfgs, x, context);
  return std::make_unique<Adam<T>>(options.adam, x.count(), context);
}

template <class T>
std::uint64_t optimiser_bytes(const Options& options, const Shape& x) {
  if (options.optimiser == OptimiserKind::lbfgs) return Lbfgs<T>::bytes_for(options.lbfgs, x);
  return Adam<T>::bytes_for(x.count());
}

template std::unique_ptr<Optimiser<float>> make_optimiser(const Options&, const Shape&, const Context&);
template std::unique_ptr<Optimiser<double>> make_optimiser(const Options&, const Shape&, const Context&);
template std::uint64_t optimiser_bytes<float>(const Options&, const Shape&);
template std::uint64_t optimiser_bytes<double>(const Options&, const Shape&);

}  // namespace impasto::IMPASTO_ABI
