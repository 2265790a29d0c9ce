// SPDX-License-Identifier: GPL-2.0-only
import Foundation

/// What a program prints for `--experimental-dump-help`, as far as a manual page needs it.
struct HelpDump: Decodable {
  struct Command: Decodable {
    var commandName: String
    var abstract: String?
    var discussion: String?
    var superCommands: [String]?
    var arguments: [Argument]?
    var subcommands: [Command]?
    var shouldDisplay: Bool?
  }

  struct Argument: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String

      /// As it is typed.
      var text: String { kind == "long" ? "--\(name)" : "-\(name)" }
    }

    var kind: String
    var names: [Name]?
    var valueName: String?
    var abstract: String?
    var defaultValue: String?
    var isOptional: Bool
    var isRepeating: Bool
    var shouldDisplay: Bool
  }

  var command: Command
}

extension HelpDump.Command {
  /// Pages have the names of verbs in theirs: `iopt-corpus-pack`.
  var pageName: String { ((superCommands ?? []) + [commandName]).joined(separator: "-") }

  /// As it is typed.
  var typedName: String { ((superCommands ?? []) + [commandName]).joined(separator: " ") }

  /// Verbs that have pages.
  var verbs: [HelpDump.Command] {
    (subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
  }

  var shownArguments: [HelpDump.Argument] { (arguments ?? []).filter(\.shouldDisplay) }
}
