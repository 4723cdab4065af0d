//! `clauselint rules`: the rules, a line each, or all about them on a page of Markdown.

mod reference;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;

use super::{Exit, Failure, Terminal, input};
use crate::rule::{Examples, Fact, Rule, RuleKind};

/// What was typed after `rules`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    clauselint rules\n  \
    clauselint rules right\n  \
    clauselint rules --pack caloppa\n  \
    clauselint rules --rules our-rules/ --pack acme --format markdown > our-rules.md")]
pub(super) struct Args {
    /// Only rules whose id, title or authority contains this.
    #[arg(value_name = "TEXT")]
    text: Option<String>,
    /// List the facts that `check --profile` takes instead.
    #[arg(long, conflicts_with_all = ["text", "pack", "format"])]
    profile: bool,
    /// Only rules of this pack.
    #[arg(long)]
    pack: Option<String>,
    /// How to list them.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: FormatName,
    /// A folder of rules to add.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatName {
    /// A line a rule.
    Text,
    /// A page that documents them, with an anchor for each.
    Markdown,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let examples = match args.format {
        FormatName::Text => Examples::Skip,
        FormatName::Markdown => Examples::Read,
    };
    let rules = input::load_rules(&args.rules, examples, terminal)?;
    if args.profile {
        return facts(rules.facts(), terminal);
    }
    let wanted = args.text.as_ref().map(|text| text.to_lowercase());
    let fits = |rule: &&Rule| {
        let mut texts = [rule.id.as_str(), &rule.title].into_iter().chain(rule.cite.iter().map(String::as_str));
        args.pack.as_ref().is_none_or(|pack| rule.id.pack() == pack)
            && wanted.as_ref().is_none_or(|wanted| texts.any(|text| text.to_lowercase().contains(wanted)))
    };
    let listed: Vec<&Rule> = rules.rules().iter().filter(fits).collect();
    if listed.is_empty() {
        return Err(Failure::Message("no rule fits; `clauselint rules` lists all".to_owned()));
    }
    terminal.write(|out| match args.format {
        FormatName::Text => list(&listed, out),
        FormatName::Markdown => reference::write(&listed, rules.packs(), out),
    })?;
    Ok(Exit::Clean)
}

fn list(listed: &[&Rule], out: &mut dyn Write) -> io::Result<()> {
    let id_width = listed.iter().map(|rule| rule.id.as_str().len()).max().unwrap_or(0);
    let title_width = listed.iter().map(|rule| rule.title.chars().count()).max().unwrap_or(0);
    for rule in listed {
        let kind = match rule.kind {
            RuleKind::Disclosure(_) => "disclosure",
            RuleKind::Forbidden(_) => "forbidden",
            RuleKind::Conflict(_) => "conflict",
            RuleKind::Structure(_) => "structure",
        };
        let (id, severity, cite) = (rule.id.as_str(), rule.severity.name(), rule.cite.join("; "));
        writeln!(out, "{id:id_width$}  {kind:10}  {severity:7}  {:title_width$}  {cite}", rule.title)?;
    }
    Ok(())
}

fn facts(facts: &[Fact], terminal: &Terminal) -> Result<Exit, Failure> {
    terminal.write(|out| {
        for fact in facts {
            writeln!(out, "{}: {}", fact.name, fact.about)?;
            for (value, meaning) in &fact.values {
                writeln!(out, "  {}={value}: {meaning}", fact.name)?;
            }
        }
        Ok(())
    })?;
    Ok(Exit::Clean)
}
