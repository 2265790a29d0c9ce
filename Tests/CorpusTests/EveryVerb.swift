// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import Testing

extension Scratch {
  /// Makes a folder that holds `inputs` and nothing else.
  func refill(_ name: String, _ inputs: [CorpusInput]) throws {
    try? FileManager.default.removeItem(atPath: self(name))
    _ = try corpus(name, inputs)
  }

  /// The different bytes of the inputs of a folder, but those of files that were never written.
  func scenarios(_ name: String) throws -> Set<[UInt8]> {
    try Set(CorpusFolder(self(name)).inputs().map(\.bytes))
  }

  /// Every verb does its work on a corpus as it is, whatever a writer left there when it was
  /// stopped, and loses nothing. It stays as it is.
  func everyVerbWorks(on name: String, _ sides: String) throws {
    let folder = try CorpusFolder(self(name))
    let isInOrder = try folder.sweep(dryRun: true).isEmpty
    let held = try scenarios(name)
    func works(_ command: String, status: Int32 = 0) throws {
      #expect(try Tool.status("iopt corpus \(command)") == status, "\(command)")
    }
    try works("stats \(folder.path) \(sides)")
    try works("check \(folder.path) \(sides)", status: isInOrder ? 0 : 1)
    try works("pack \(folder.path) -o \(self("all.pack"))")
    #expect(try Set(CorpusPack(path: self("all.pack")).inputs.map(\.bytes)) == held)
    try refill("copy", [])
    try works("unpack \(self("all.pack")) \(self("copy"))")
    #expect(try scenarios("copy") == held)
    try refill("merged", [])
    try works("merge \(self("merged")) \(folder.path) \(sides)")
    for command in ["prune copy --keep-behaviour", "merge copy merged", "unpack all.pack copy"] {
      try FileManager.default.removeItem(atPath: self("copy"))
      try FileManager.default.copyItem(atPath: folder.path, toPath: self("copy"))
      let words = command.split(separator: " ").map {
        ["copy", "merged", "all.pack"].contains($0) ? self(String($0)) : String($0)
      }
      let takesSides = command.hasPrefix("unpack") ? "" : " \(sides)"
      try works(words.joined(separator: " ") + takesSides)
      try works("check \(self("copy")) \(sides)")
      #expect(try scenarios("copy") == held, "\(command)")
    }
  }
}
