// Kernels address memory by raw pointers and element indexes: tiles start at any byte, so every
// access is unaligned. Sources and targets never overlap.

@inline(__always)
func load8(_ source: UnsafeRawPointer, _ index: Int) -> UInt8 {
  source.load(fromByteOffset: index, as: UInt8.self)
}
@inline(__always)
func load16(_ source: UnsafeRawPointer, _ index: Int) -> UInt16 {
  source.loadUnaligned(fromByteOffset: 2 &* index, as: UInt16.self)
}
@inline(__always)
func load32(_ source: UnsafeRawPointer, _ index: Int) -> UInt32 {
  source.loadUnaligned(fromByteOffset: 4 &* index, as: UInt32.self)
}
@inline(__always)
func load64(_ source: UnsafeRawPointer, _ index: Int) -> UInt64 {
  source.loadUnaligned(fromByteOffset: 8 &* index, as: UInt64.self)
}
@inline(__always)
func store8(_ value: UInt32, _ target: UnsafeMutableRawPointer, _ index: Int) {
  target.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: index, as: UInt8.self)
}
@inline(__always)
func store16(_ value: UInt32, _ target: UnsafeMutableRawPointer, _ index: Int) {
  target.storeBytes(
    of: UInt16(truncatingIfNeeded: value), toByteOffset: 2 &* index, as: UInt16.self)
}
@inline(__always)
func store32(_ value: UInt32, _ target: UnsafeMutableRawPointer, _ index: Int) {
  target.storeBytes(of: value, toByteOffset: 4 &* index, as: UInt32.self)
}
@inline(__always)
func store64(_ value: UInt64, _ target: UnsafeMutableRawPointer, _ index: Int) {
  target.storeBytes(of: value, toByteOffset: 8 &* index, as: UInt64.self)
}
