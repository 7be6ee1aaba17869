#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif
public import Failures

/// Work on paths and folders.
public enum Paths {
  /// The folder that holds `path`: `.` for a bare name.
  public static func parent(_ path: String) -> String {
    var trimmed = Substring(path)
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// The last part of `path`, without trailing slashes.
  public static func name(_ path: String) -> String {
    var trimmed = Substring(path)
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return String(trimmed) }
    return String(trimmed[trimmed.index(after: slash)...])
  }

  /// The ending of the last part after its last dot, in lower case; empty if there is none.
  public static func ending(_ path: String) -> String {
    let name = name(path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// `folder/name`.
  public static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// The absolute path with every link resolved; nil if it does not exist.
  public static func resolved(_ path: String) -> String? {
    guard let result = realpath(path, nil) else { return nil }
    defer { free(result) }
    return String(cString: result)
  }

  /// Names in a folder, sorted by their bytes, without `.` and `..`.
  public static func names(in folder: String) throws(ByteIOError) -> [String] {
    guard let stream = opendir(folder) else {
      let number = errno
      throw ByteIOError(
        number == ENOENT ? .missing : .unreadable, "cannot list: \(errorText(number))",
        at: Place(file: folder))
    }
    defer { closedir(stream) }
    var result: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { result.append(name) }
    }
    return result.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  static func isEmptyFolder(_ path: String) -> Bool {
    guard let names = try? names(in: path) else { return false }
    return names.isEmpty
  }

  static func makeFolders(_ path: String) throws(ByteIOError) {
    if FileIdentity.of(path)?.isFolder == true { return }
    let above = parent(path)
    if above != path { try makeFolders(above) }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw ByteIOError(
        .create, "cannot make the folder: \(errorText(errno))", at: Place(file: path))
    }
  }

  static func syncFolder(_ path: String) throws(ByteIOError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw ByteIOError(.write, "cannot open to sync: \(errorText(errno))", at: Place(file: path))
    }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw ByteIOError(.write, "cannot sync: \(errorText(errno))", at: Place(file: path))
    }
  }

  /// Removes a file or a folder with its content; links are removed, not followed.
  static func removeTree(_ path: String) throws(ByteIOError) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw ByteIOError(.create, "cannot look at it: \(errorText(errno))", at: Place(file: path))
    }
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    if isFolder {
      for name in try names(in: path) { try removeTree(join(path, name)) }
    }
    guard (isFolder ? rmdir(path) : unlink(path)) == 0 else {
      throw ByteIOError(.create, "cannot remove: \(errorText(errno))", at: Place(file: path))
    }
  }
}
