//! `clauselint init`: a configuration file to start from.

use std::fmt::Write as _;
use std::io::{self, BufRead, IsTerminal as _, Write};
use std::path::PathBuf;

use super::file;
use super::input::{self, ProfileArgs};
use super::{Exit, Failure, Terminal, whole};
use crate::config::FILE_NAME;
use crate::rule::{Examples, Fact, Profile, RuleSet};

/// What was typed after `init`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  clauselint init\n  clauselint init --profile establishment=eu --profile audiences=eu,uk"
)]
pub(super) struct Args {
    /// The folder to write clauselint.yaml into.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Replace a file that is there.
    #[arg(long)]
    force: bool,
    /// Ask nothing, even on a terminal.
    #[arg(long)]
    no_questions: bool,
    #[command(flatten)]
    profile: ProfileArgs,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let rules = input::load_rules(&[], Examples::Skip, terminal)?;
    let path = args.folder.join(FILE_NAME);
    let shown = path.strip_prefix(".").unwrap_or(&path).display().to_string();
    if file::is_there(&path) && !args.force {
        return Err(Failure::Message(format!("`{shown}` is there already; --force replaces it")));
    }
    let mut profile = args.profile.profile(&rules)?;
    let on_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    if on_terminal && !args.no_questions {
        ask(rules.facts(), &mut profile, &mut io::stdin().lock(), &mut io::stderr().lock())?;
    }
    whole::replace(&path, template(&rules, &profile).as_bytes())
        .map_err(|error| Failure::Message(format!("can't write `{shown}`: {}", whole::reason(&error))))?;
    terminal.write(|out| writeln!(out, "wrote {shown}"))?;
    Ok(Exit::Clean)
}

/// Asks for each fact that the profile does not give; an empty answer leaves it unsaid.
fn ask(facts: &[Fact], profile: &mut Profile, answers: &mut dyn BufRead, questions: &mut dyn Write) -> io::Result<()> {
    let given: Vec<String> = profile.facts().map(|(fact, _)| fact.to_owned()).collect();
    for fact in facts.iter().filter(|fact| !given.contains(&fact.name)) {
        writeln!(questions, "{}: {}", fact.name, fact.about)?;
        for (value, meaning) in &fact.values {
            writeln!(questions, "  {value}: {meaning}")?;
        }
        loop {
            write!(questions, "{} (empty: not said)? ", fact.name)?;
            questions.flush()?;
            let mut answer = String::new();
            if answers.read_line(&mut answer)? == 0 {
                return Ok(());
            }
            let values: Vec<&str> = answer.split(',').map(str::trim).filter(|value| !value.is_empty()).collect();
            let mut answered = profile.clone();
            match values.iter().find_map(|value| answered.state(&fact.name, value, facts).err()) {
                Some(error) => writeln!(questions, "{error}")?,
                None => {
                    *profile = answered;
                    break;
                }
            }
        }
    }
    Ok(())
}

/// The text of a configuration file in which everything that can be set is told, and only what was said is set.
fn template(rules: &RuleSet, profile: &Profile) -> String {
    let mut text = String::from(
        "\
# Configuration of clauselint. It holds for the policies in this folder and below it; `clauselint config POLICY` shows
# what holds for one of them, and why. What stands behind a `#` is not set; the values shown are those that hold then, or
# examples.

# Which files are policies, where a folder is checked. Paths are relative to this file; `*` stays within a folder.
# include: ['legal/*.md', '**/privacy*.html']
# exclude: ['legal/drafts/**']

# From which severity on findings make a run fail (error, warning, advice, never), and how many warnings there may be.
# fail-on: error
# max-warnings: 10

# How carefully policies are read (gate, normal, careful), when one is too old, and in which language, where that is not to
# be told by looking.
# level: normal
# stale-after: 1460
# language: auto

# Packs and rules: off, on, or the severity that their findings have. `clauselint rules` lists them.
# packs:
",
    );
    // Writing to a String can't fail.
    for pack in rules.packs() {
        let _ = writeln!(text, "#   {}: on   # {}", pack.id, pack.title);
    }
    text.push_str(
        "\
# rules:
#   gdpr/right-*: error

# What the organisation is: it decides what is asked of it. A fact that is not given is read from the policy's own words.
",
    );
    let given: Vec<(&str, Vec<&str>)> = profile.facts().map(|(fact, values)| (fact, values.collect())).collect();
    text.push_str(if given.is_empty() { "# profile:\n" } else { "profile:\n" });
    for fact in rules.facts() {
        let values = fact.values.keys().map(String::as_str).collect::<Vec<_>>();
        match given.iter().find(|(name, _)| *name == fact.name) {
            Some((name, given)) => {
                let _ = writeln!(text, "  {name}: [{}]   # of {}", given.join(", "), values.join(", "));
            }
            None => {
                let _ = writeln!(text, "#   {}: {}   # {}; of {}", fact.name, values[0], fact.about, values.join(", "));
            }
        }
    }
    text.push_str(
        "
# Rules of your own, and words that every policy must use.
# rule-folders: [our-rules]
# required-vocabulary:
#   legal-name: ['Example GmbH']

# What is different for some policies.
# overrides:
#   - paths: ['apps/**']
#     packs: {caloppa: off}
",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Takes;

    #[test]
    fn answers_are_asked_for_until_they_are_right() {
        let values = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "meaning".to_owned())).collect();
        let fact = |name: &str, names: &[&str]| Fact {
            name: name.to_owned(),
            about: "what it tells".to_owned(),
            takes: Takes::Several,
            values: values(names),
        };
        let facts = [fact("audiences", &["eu", "uk"]), fact("dpo", &["none"]), fact("role", &["controller"])];
        let mut profile = Profile::default();
        profile.state("dpo", "none", &facts).unwrap();
        let mut questions = Vec::new();
        ask(&facts, &mut profile, &mut "eu, us\neu,uk\n\n".as_bytes(), &mut questions).unwrap();
        let stated: Vec<(&str, Vec<&str>)> = profile.facts().map(|(fact, values)| (fact, values.collect())).collect();
        assert_eq!(stated, [("audiences", vec!["eu", "uk"]), ("dpo", vec!["none"])]);
        let questions = String::from_utf8(questions).unwrap();
        assert_eq!(questions.matches("audiences (empty: not said)? ").count(), 2, "{questions}");
        assert!(questions.contains("`audiences` is never `us`") && !questions.contains("dpo (empty"), "{questions}");
    }
}
