//! The rule reference: a page of Markdown with a section for each pack and, under an anchor that is its id, all about
//! each rule.
//!
//! What rule files say is text, not markup: it is escaped, or fenced where it is to be copied.

use std::io::{self, Write};

use crate::diagnostic::Severity;
use crate::report::printable;
use crate::rule::{Example, Pack, Rule, RuleKind};

/// So many examples are shown of each result; `explain` shows all.
const EXAMPLES: usize = 2;

/// Writes the page for rules that come in the order of their ids; what is told about their packs heads their sections.
pub(super) fn write(rules: &[&Rule], told: &[Pack], out: &mut dyn Write) -> io::Result<()> {
    let packs: Vec<(PackName<'_>, &[&Rule])> = rules
        .chunk_by(|one, next| one.id.pack() == next.id.pack())
        .map(|rules| (PackName::of(rules[0], told), rules))
        .collect();
    writeln!(out, "# Rules\n")?;
    writeln!(out, "This page is written by `clauselint rules --format markdown`; the rule files are what to edit.\n")?;
    for (PackName { id, title, .. }, rules) in &packs {
        let (count, unit) = (rules.len(), if rules.len() == 1 { "rule" } else { "rules" });
        writeln!(out, "- [{title}](#{id}): {count} {unit}")?;
    }
    for (PackName { id, title, about }, rules) in packs {
        writeln!(out, "\n<a id=\"{id}\"></a>\n\n## {title}\n")?;
        if let Some(about) = about {
            writeln!(out, "{}\n", text(about))?;
        }
        writeln!(out, "| Rule | About | Kind | Severity |\n|---|---|---|---|")?;
        for rule in rules {
            let (id, title) = (&rule.id, one_line(&rule.title).replace('|', "\\|"));
            writeln!(out, "| [{id}](#{id}) | {title} | {} | {} |", kind(rule).name, rule.severity.name())?;
        }
        for rule in rules {
            write_rule(rule, out)?;
        }
    }
    Ok(())
}

/// How a pack is called: by its title and its id, or by its id alone where nothing is told about it.
struct PackName<'p> {
    id: &'p str,
    title: String,
    about: Option<&'p str>,
}

impl<'p> PackName<'p> {
    fn of(rule: &'p Rule, told: &'p [Pack]) -> Self {
        let id = rule.id.pack();
        match told.iter().find(|pack| pack.id == id) {
            Some(pack) => Self { id, title: format!("{} ({id})", one_line(&pack.title)), about: Some(&pack.about) },
            None => Self { id, title: id.to_owned(), about: None },
        }
    }
}

fn write_rule(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    let (id, kind) = (&rule.id, kind(rule));
    writeln!(out, "\n<a id=\"{id}\"></a>\n\n### {id}\n")?;
    writeln!(out, "**{}**\n", one_line(&rule.title))?;
    writeln!(out, "- Kind: {}, {}", kind.name, kind.meaning)?;
    writeln!(out, "- Severity: {}", rule.severity.name())?;
    if let Some(group) = &rule.group {
        writeln!(out, "- Group: {}", one_line(group))?;
    }
    if !rule.cite.is_empty() {
        writeln!(out, "- Rests on: {}", one_line(&rule.cite.join("; ")))?;
    }
    writeln!(out, "\n#### Why\n\n{}", text(&rule.why))?;
    writeln!(out, "\n#### What a finding says\n")?;
    for (result, severity, message) in kind.messages.iter().filter(|(.., message)| !message.is_empty()) {
        writeln!(out, "- {result} ({}): {}", severity.name(), one_line(message))?;
    }
    writeln!(out, "\n#### What to do\n\n{}", text(&rule.help))?;
    if let Some(draft) = &rule.draft {
        writeln!(out, "\nWording to start from:\n")?;
        fenced(draft, out)?;
    }
    if !rule.examples.is_empty() {
        writeln!(out, "\n#### Examples")?;
    }
    for examples in by_result(&rule.examples) {
        let first = examples[0];
        let value = first.value.as_ref().map_or_else(String::new, |value| format!(" (value: {})", one_line(value)));
        writeln!(out, "\n{}{value}:", sentence_case(first.expected.name()))?;
        for example in examples.into_iter().take(EXAMPLES) {
            writeln!(out)?;
            fenced(&example.text, out)?;
        }
    }
    Ok(())
}

/// What a kind of rule is called, and what its findings say: the result that each is for, how bad it is, its words.
struct Kind<'r> {
    name: &'static str,
    meaning: &'static str,
    messages: Vec<(&'static str, Severity, &'r str)>,
}

fn kind(rule: &Rule) -> Kind<'_> {
    match &rule.kind {
        RuleKind::Disclosure(disclosure) => Kind {
            name: "disclosure",
            meaning: "what the policy must tell",
            messages: vec![
                ("Missing", rule.severity, &disclosure.missing_message),
                // What is at least touched is no error.
                ("Vague", rule.severity.min(Severity::Warning), &disclosure.vague_message),
            ],
        },
        RuleKind::Forbidden(forbidden) => Kind {
            name: "forbidden",
            meaning: "what the policy must not say",
            messages: vec![("Found", rule.severity, &forbidden.message)],
        },
        RuleKind::Conflict(conflict) => Kind {
            name: "conflict",
            meaning: "two things that the policy must not say both",
            messages: vec![("Found", rule.severity, &conflict.message)],
        },
        RuleKind::Structure(structure) => Kind {
            name: "structure",
            meaning: "the form that the policy must have",
            messages: vec![("Found", rule.severity, &structure.message)],
        },
    }
}

/// The examples by the result that they must have, the results in the order in which each is first met.
fn by_result(examples: &[Example]) -> Vec<Vec<&Example>> {
    let mut groups: Vec<Vec<&Example>> = Vec::new();
    for example in examples {
        let result = |example: &Example| (example.expected, example.value.clone());
        match groups.iter_mut().find(|group| result(group[0]) == result(example)) {
            Some(group) => group.push(example),
            None => groups.push(vec![example]),
        }
    }
    groups
}

fn sentence_case(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// A text as Markdown that reads as that text and nothing else.
fn text(text: &str) -> String {
    text.trim().lines().map(|line| escaped(line.trim())).collect::<Vec<_>>().join("\n")
}

/// The same in one line.
fn one_line(text: &str) -> String {
    escaped(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn escaped(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    let line = printable(line);
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let acts = match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '$' => true,
            // The start of an entity.
            '&' => characters.peek().is_some_and(|next| next.is_ascii_alphanumeric() || *next == '#'),
            _ => false,
        };
        if acts {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    // What makes a heading, a list, a rule or a table of a line where it starts one.
    let digits = escaped.len() - escaped.trim_start_matches(|character: char| character.is_ascii_digit()).len();
    let numbered = digits > 0 && escaped[digits..].starts_with(['.', ')']);
    match escaped.chars().next() {
        Some('#' | '-' | '+' | '=' | '|' | ':') => escaped.insert(0, '\\'),
        _ if numbered => escaped.insert(digits, '\\'),
        _ => {}
    }
    escaped
}

/// A text to be copied, in a fence that nothing in it closes.
fn fenced(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    writeln!(out, "{fence}text\n{}\n{fence}", printable(text.trim()))
}
