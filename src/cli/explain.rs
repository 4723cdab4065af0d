//! `clauselint explain`: all about one rule.

use std::path::PathBuf;

use super::{Exit, Failure, Terminal, input};
use crate::rule::{Examples, RuleKind, did_you_mean};

/// What was typed after `explain`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  clauselint explain gdpr/dpo-contact")]
pub(super) struct Args {
    /// The rule's id; the part after the slash will do where it is clear.
    #[arg(value_name = "RULE")]
    rule: String,
    /// A folder of rules to add.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let rules = input::load_rules(&args.rules, Examples::Read, terminal)?;
    let by_name = || rules.rules().iter().find(|rule| rule.id.as_str().ends_with(&format!("/{}", args.rule)));
    let Some(rule) = rules.rule(&args.rule).or_else(by_name) else {
        let ids = rules.rules().iter().map(|rule| rule.id.as_str());
        let names = ids.clone().filter_map(|id| id.split_once('/')).map(|(_, name)| name);
        let meant = did_you_mean(&args.rule, ids.chain(names));
        let help = meant.map_or("`clauselint rules` lists all".to_owned(), |meant| format!("did you mean `{meant}`?"));
        return Err(Failure::Message(format!("there is no rule `{}`; {help}", args.rule)));
    };
    terminal.write(|out| {
        writeln!(out, "{}: {}", rule.id, rule.title)?;
        let kind = match rule.kind {
            RuleKind::Disclosure(_) => "a disclosure that the policy must make",
            RuleKind::Forbidden(_) => "words that a policy must not have",
            RuleKind::Conflict(_) => "two claims that a policy must not make both",
            RuleKind::Structure(_) => "something about the form of a policy",
        };
        writeln!(out, "{kind}; {}", rule.severity.name())?;
        writeln!(out, "rests on {}", rule.cite.join("; "))?;
        writeln!(out, "\nWhy\n{}", indented(&rule.why))?;
        writeln!(out, "\nWhat to do\n{}", indented(&rule.help))?;
        if let Some(draft) = &rule.draft {
            writeln!(out, "\nWording to start from\n{}", indented(draft))?;
        }
        let mut last = "";
        for example in &rule.examples {
            if example.expected.name() != last {
                last = example.expected.name();
                writeln!(out, "\nExamples: {last}")?;
            }
            let text = example.text.trim().replace('\n', "\n    ");
            match &example.value {
                Some(value) => writeln!(out, "  - {text} ({value})")?,
                None => writeln!(out, "  - {text}")?,
            }
        }
        Ok(())
    })?;
    Ok(Exit::Clean)
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
