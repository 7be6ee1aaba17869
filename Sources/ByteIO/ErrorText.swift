#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The system's text for an errno.
func errorText(_ number: Int32) -> String { String(cString: strerror(number)) }
