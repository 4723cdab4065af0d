//! `clauselint test`: the examples in the rule files, run as tests.

use std::collections::BTreeMap;
use std::path::PathBuf;

use time::Date;
use time::macros::date;

use super::{Exit, Failure, Terminal, input};
use crate::check::{Cause, Level, Settings, check};
use crate::document::{Document, Format, Language};
use crate::rule::{Example, Examples, Expected, Rule, RuleKind, RuleSet};
use crate::source::SourceFile;
use crate::suppress;

/// What was typed after `test`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  clauselint test\n  clauselint test our-rules/")]
pub(super) struct Args {
    /// A folder of rules to add and to test. The built-in rules are tested, too, since the folder may change them.
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Only rules whose id contains this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let folders: Vec<PathBuf> = args.folder.iter().cloned().collect();
    let rules = input::load_rules(&folders, Examples::Read, terminal)?;
    let mut count = 0_usize;
    let mut failures = Vec::new();
    let is_asked = |rule: &Rule| args.only.as_ref().is_none_or(|only| rule.id.as_str().contains(only));
    if !rules.rules().iter().any(is_asked) {
        // Nothing that was run is nothing that passed.
        let only = args.only.as_deref().unwrap_or_default();
        return Err(Failure::Message(format!("no rule's id contains `{only}`; `clauselint rules` lists all")));
    }
    for language in rules.reads().filter_map(Language::with_code) {
        let Some(reading) = rules.in_language(language.code()) else { continue };
        for (idx, rule) in reading.rules().iter().enumerate().filter(|(_, rule)| is_asked(rule)) {
            for example in &rule.examples {
                count += 1;
                let Some(got) = failure(idx, example, language, &rules) else { continue };
                let value = example.value.as_ref().map_or_else(String::new, |value| format!(" ({value})"));
                let id = match language {
                    Language::English => rule.id.to_string(),
                    other => format!("{} in {}", rule.id, other.name()),
                };
                let text = example.text.trim().replace('\n', "\n  ");
                failures.push(format!("{id}: expected {}{value}, got {got}\n  {text}", example.expected.name()));
            }
        }
    }
    terminal.write(|out| {
        failures.iter().try_for_each(|failure| writeln!(out, "{failure}"))?;
        writeln!(out, "{} examples passed, {} failed", count - failures.len(), failures.len())
    })?;
    Ok(if failures.is_empty() { Exit::Clean } else { Exit::Findings })
}

/// The day that examples are run on: the same on every day.
const TODAY: Date = date!(2026 - 01 - 01);

/// What came of an example, where that is not what the rule promises.
fn failure(rule: usize, example: &Example, language: Language, rules: &RuleSet) -> Option<String> {
    let source = SourceFile::new("example", example.text.as_bytes());
    let document = Document::parse(&source, Format::Markdown).with_language(language);
    let levels = alone(rule, rules);
    let settings = Settings { profile: example.profile.clone(), today: Some(TODAY), levels, ..Settings::default() };
    let mut assessment = check(&source, &document, rules, &settings);
    suppress::by_comments(&document, &mut assessment, rules, &settings);
    let got = match assessment.disclosures.iter().find(|assessed| assessed.rule == rule) {
        Some(assessed) => {
            let value = example.value.is_none() || example.value == assessed.value;
            if example.expected == Expected::Status(assessed.status) && value {
                return None;
            }
            let words: Vec<String> =
                assessed.evidence.iter().map(|evidence| format!("\"{}\"", evidence.text)).collect();
            let by = if words.is_empty() { String::new() } else { format!(" by {}", words.join(", ")) };
            let value = assessed.value.as_ref().map_or_else(String::new, |value| format!(" ({value})"));
            format!("{}{value}{by}", assessed.status.name())
        }
        None => {
            let found = assessment.findings.iter().any(|finding| finding.rule == rule && finding.cause == Cause::Found);
            let got = if found { Expected::Found } else { Expected::Clean };
            if got == example.expected {
                return None;
            }
            got.name().to_owned()
        }
    };
    Some(got)
}

/// The levels at which no rule but one is asked, which is all that its examples are about; all are, where what it finds is
/// about others, as with suppressions.
fn alone(rule: usize, rules: &RuleSet) -> BTreeMap<usize, Level> {
    if matches!(rules.rules()[rule].kind, RuleKind::Structure(_)) {
        return BTreeMap::new();
    }
    (0..rules.rules().len()).filter(|other| *other != rule).map(|other| (other, Level::Off)).collect()
}
