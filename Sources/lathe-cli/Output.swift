import Lathe

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Standard output and standard error.
enum Output {
  /// Writes results to standard output.
  static func result(_ text: String) { write(Array(text.utf8), to: 1) }
  /// Writes a document to standard output, with a line end.
  static func result(_ document: JSONValue) {
    write(document.bytes(.pretty(indent: 2)) + [10], to: 1)
  }
  /// Writes bytes to standard output as they are.
  static func result(_ bytes: [UInt8]) { write(bytes, to: 1) }
  /// Writes a diagnostic line to standard error.
  static func note(_ text: String) { write(Array("lathe: \(text)\n".utf8), to: 2) }
  /// Writes an error to standard error: place, message, code.
  static func error(_ error: any ReportableError) {
    note("error: \(error.description) [\(error.codeName)]")
  }
  /// Writes text to standard error as it is.
  static func raw(_ text: String) { write(Array(text.utf8), to: 2) }
  /// Whether standard error is a terminal.
  static var isTerminal: Bool { isatty(2) == 1 }

  /// A closed pipe ends the program quietly, as with any filter; other failures are I/O errors.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count, let base = buffer.baseAddress {
        #if canImport(Glibc)
          let count = Glibc.write(descriptor, base + done, buffer.count - done)
        #else
          let count = Darwin.write(descriptor, base + done, buffer.count - done)
        #endif
        if count < 0 {
          if errno == EINTR { continue }
          Process.exit(.inputOutput)
        }
        done += count
      }
    }
  }
}

/// Standard input.
enum Input {
  /// Everything up to its end.
  static func all() throws -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = buffer.withUnsafeMutableBytes { read(0, $0.baseAddress, $0.count) }
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw ByteIOError(
          .read, "cannot read standard input: \(String(cString: strerror(errno)))",
          at: Place(file: "standard input"))
      }
      bytes += buffer[..<count]
    }
  }
}

/// The end of this process.
enum Process {
  /// Ends it with that status.
  static func exit(_ status: ExitStatus) -> Never {
    #if canImport(Glibc)
      Glibc.exit(status.rawValue)
    #else
      Darwin.exit(status.rawValue)
    #endif
  }
}

/// What an interrupt does: ends at once with status 130; only `.partial` outputs stay behind.
enum Interruption {
  /// Installs the handlers; a parent whose threads block these signals hands that on, so they are
  /// let through again.
  static func install() {
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in _exit(ExitStatus.interrupted.rawValue) }
      sigaddset(&set, number)
    }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }
}
