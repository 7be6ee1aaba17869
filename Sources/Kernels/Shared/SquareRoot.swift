/// LLVM's own square root, correctly rounded as IEEE 754 demands.
///
/// The standard library's is C's function, which must set errno for negative numbers: it is called for
/// one element at a time, while this becomes a vector instruction.
@_silgen_name("llvm.sqrt.f32")
func squareRoot(_ value: Float) -> Float

/// The same of four values.
@_silgen_name("llvm.sqrt.v4f32")
func squareRoots(_ values: SIMD4<Float>) -> SIMD4<Float>
