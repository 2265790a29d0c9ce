// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import ScenarioLanguage

/// Every file below a folder with its bytes.
struct FolderContents: Hashable {
  /// By path; folders end in a slash.
  var files: [String: Data] = [:]
  /// Files that a writer left when it was stopped, in order, without the writer's number.
  var leftovers: [String] = []

  init() {}

  init(of folder: String) throws {
    for name in FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? [] {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
      if isFolder.boolValue {
        files["\(name)/"] = Data()
        continue
      }
      let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
      if TemporaryFile.isNameOfOne(name) {
        let place = name[..<name.range(of: ".tmp-", options: .backwards)!.lowerBound]
        leftovers.append("\(place) \(bytes.base64EncodedString())")
      } else {
        files[name] = bytes
      }
    }
    leftovers.sort()
  }

  /// What a writer broke that was to make `after` of `before`: files that are neither the old nor
  /// the new ones, or not there though both have them.
  func faults(from before: FolderContents, to after: FolderContents) -> [String] {
    let strange = files.filter { $1 != before.files[$0] && $1 != after.files[$0] }
    let lost = before.files.keys.filter { after.files[$0] != nil && files[$0] == nil }
    return strange.keys.map { "\($0) is neither old nor new" } + lost.map { "\($0) is lost" }
  }
}
