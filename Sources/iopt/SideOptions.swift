// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import ScenarioLanguage

/// What a subject is written as, for help texts.
let subjectForms =
  "swift, reference, the path of a plug-in (PATH.so), or kernel:TREE, a kernel tree (a release that"
  + " make kernel-source fetched, a folder, or DIR@REV); ,gather=R may follow, R one of "
  + GatherRevision.allCases.map { "\($0.name)" }.joined(separator: ", ")
  + ", and ,kernel=K, K one of " + Kernel.allCases.map { "\($0.name)" }.joined(separator: ", ")
  + ", and ,ROW=K for single rows of another release: "
  + KernelRow.allCases.map { "\($0.name)" }.joined(separator: ", ")
  + "; and ,listen: points, locks and shared words are compared too,"
  + " and ,skew: the host is of another version of the ABI"

/// The two sides of a comparison.
struct SideOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The left side: \(subjectForms).", valueName: "subject[,gather=R]"))
  var left = "swift"

  @Option(help: ArgumentHelp("The right side.", valueName: "subject[,gather=R]"))
  var right = "reference"

  func requests() throws -> [LaneRequest] {
    let sides = [try LaneRequest(left), try LaneRequest(right)]
    let listening = sides.filter { $0.host.contains(.listens) }
    guard listening.count == 1 else { return sides }
    throw ValidationError(
      "\(listening[0].label.printable): what a host hears is compared with what another does: put ,listen"
        + " behind both sides")
  }
}

/// The one subject of a command that can do without a second.
struct AloneOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Judge this subject alone, by contract, leak and hardware unless --oracle says otherwise.",
      valueName: "subject[,gather=R]"))
  var subject: String?
}

/// A command with judges: of two sides against each other, or of each subject alone. Its groups of
/// options stand in it and not in a group of their own, as the parser checks itself in debug builds:
/// four times what is in a group, and again four times what is in a group there.
protocol JudgingCommand: ParsableCommand {
  var sides: SideOptions { get }
  var alone: AloneOption { get }
  var oracles: OracleOptions { get }
}

extension JudgingCommand {
  func choice() throws -> OracleChoice {
    let isAlone = alone.subject != nil
    let choice = try oracles.choice(default: OracleChoice.usual(alone: isAlone))
    if isAlone, choice.needsTwoSubjects {
      throw ValidationError(OracleChoice.needsAnother.description)
    }
    return choice
  }

  func requests() throws -> [LaneRequest] {
    if let subject = alone.subject { return [try LaneRequest(subject)] }
    return try sides.requests()
  }

  /// What judges so, of subjects that are not loaded yet.
  func plan() throws -> EnginePlan {
    let choice = try choice()
    return EnginePlan(try requests(), make: choice.engine)
  }
}

/// Which oracles judge.
struct OracleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Who judges, a list of \(OracleChoice.selectable.map(\.rawValue).joined(separator: ", ")).",
      valueName: "names"))
  var oracle: String?

  @Option(
    help: ArgumentHelp(
      "The driver that hardware puts behind every page table, such as riscv-nl-s or vtd+mamv=9+ats; may be"
        + " repeated, and `all` is each whose hardware can have the table, without +ats and +mamv=; the"
        + " format's natural one where nobody says.", valueName: "driver"))
  var driver: [String] = []

  @Option(
    help: ArgumentHelp("Judge only these properties, a list.", valueName: "properties"))
  var only: String?

  @Option(help: ArgumentHelp("Judge all properties but these.", valueName: "properties"))
  var except: String?

  @Option(
    help: ArgumentHelp(
      "Make this named departure a failure; `all`: every one. May be repeated.",
      valueName: "departure"))
  var forbid: [String] = []

  @Flag(
    help: "Make a buffer that a flush queue keeps within reach of its device a failure of hardware."
  )
  var strict = false

  /// The choice, `default` where --oracle says nothing.
  func choice(default list: String) throws -> OracleChoice {
    for name in forbid where name != "all" && !OracleChoice.departures.contains(name) {
      throw ValidationError(
        "--forbid '\(name)': expected all, \(OracleChoice.departures.joined(separator: ", "))")
    }
    do throws(OracleError) {
      var choice = try OracleChoice(list: oracle ?? list)
      choice.forbidden = Set(forbid)
      try choice.take(only: only, except: except, drivers: driver, isStrict: strict)
      return choice
    } catch {
      throw ValidationError(error.description)
    }
  }
}
