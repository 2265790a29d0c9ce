// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import ScenarioLanguage
import Testing

/// What is written is there as a whole or not at all, and only regular files are ever replaced.
@Suite struct FileOutputTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func write(_ text: String, to path: String, commit: Bool = true) throws(ScenarioError) {
    var buffer = TextBuffer()
    buffer.append(text)
    var file = try FileOutput(path: path)
    try file.append(buffer.bytes)
    if commit { try file.commit() }
  }

  @Test func aFileIsReplacedWhenItIsComplete() throws {
    let path = folder("file")
    try write("one", to: path)
    try write("two", to: path, commit: false)
    #expect(try folder.text("file") == "one")
    try write("two", to: path)
    #expect(try folder.text("file") == "two")
    #expect(try folder.names() == ["file"])
  }

  /// Whoever writes the same file next removes them; others' stay.
  @Test func whatADeadWriterLeftGoes() throws {
    let gone = Process()
    gone.executableURL = URL(fileURLWithPath: "/bin/true")
    try gone.run()
    gone.waitUntilExit()
    let (dead, live) = (gone.processIdentifier, getppid())
    let left = [
      "file.tmp-\(dead)", "file.tmp-\(live)", "other.tmp-\(dead)", "file.tmp-99999999999",
    ]
    for name in left { try Data([1]).write(to: URL(fileURLWithPath: folder(name))) }
    try write("one", to: folder("file"))
    #expect(try folder.names() == (["file"] + left.dropFirst()).sorted())
  }

  /// With its suffix the name would be too long for a file system.
  @Test(arguments: ["n", "é"]) func theLongestNameCanBeWritten(_ letter: String) throws {
    let name = String(repeating: letter, count: 255 / letter.utf8.count)
    try write("one", to: folder(name))
    #expect(try folder.text(name) == "one")
    #expect(try folder.names() == [name])
    let error = #expect(throws: ScenarioError.self) {
      try write("one", to: folder(name + letter))
    }
    #expect(error?.message == "cannot create: File name too long")
  }

  @Test func aLinkStaysAndItsFileIsReplaced() throws {
    try FileManager.default.createDirectory(
      atPath: folder("elsewhere"), withIntermediateDirectories: false)
    try write("one", to: folder("elsewhere/file"))
    try FileManager.default.createSymbolicLink(
      atPath: folder("link"), withDestinationPath: "elsewhere/file")
    try write("two", to: folder("link"))
    #expect(try folder.text("elsewhere/file") == "two")
    #expect(try folder.type(of: "link") == .typeSymbolicLink)
    #expect(try folder.names() == ["elsewhere", "link"])
  }

  /// A device would be lost to everybody on the machine; a named pipe stands for it here.
  @Test(arguments: ["pipe", "link"])
  func whatIsNoRegularFileIsWrittenToAndStays(_ name: String) throws {
    #expect(mkfifo(folder("pipe"), 0o600) == 0)
    try FileManager.default.createSymbolicLink(
      atPath: folder("link"), withDestinationPath: "pipe")
    let reader = open(folder("pipe"), O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    try write("some text", to: folder(name))
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(reader, &bytes, bytes.count)
    #expect(String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self) == "some text")
    var status = stat()
    #expect(lstat(folder("pipe"), &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    #expect(try folder.names() == ["link", "pipe"])
  }

  @Test func aPlaceThatCannotBeWrittenIsNamedAsItWasGiven() throws {
    try FileManager.default.createDirectory(
      atPath: folder("taken"), withIntermediateDirectories: false)
    let places = [
      folder("taken"): "cannot write: Is a directory",
      folder("missing/file"): "cannot create: No such file or directory",
    ]
    for (path, message) in places {
      let error = #expect(throws: ScenarioError.self) { try write("text", to: path) }
      #expect(error?.description == "\(path): error: \(message)")
    }
    let error = #expect(throws: ScenarioError.self) { try write("text", to: "") }
    #expect(error?.description == "output: error: expected the path of a file, found nothing")
    #expect(try folder.names() == ["taken"])
  }
}
