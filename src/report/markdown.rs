//! Tables for a comment on a pull request, in the Markdown of GitHub and GitLab.

use std::io::{self, Write};

use super::shown::excerpt;
use super::{CheckedFile, CheckedSuppressions, Counts, Totals};
use crate::check::{Assessed, Assessment};
use crate::rule::{RuleSet, Status};
use crate::source::SourceFile;

/// How much of the words that show a disclosure is quoted, in characters: a comment has room for 65,536.
const QUOTED: usize = 80;

/// What every report begins with.
pub(crate) const OPENING: &str = concat!("**", env!("CARGO_PKG_NAME"), ":** ");

pub(super) fn file(file: &CheckedFile, rules: &RuleSet, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n### {}", inline(file.source.name()))?;
    if !file.is_read(rules) {
        writeln!(out, "\nnot checked: it is written in {}", file.document.language().name())?;
    }
    let counts = Counts::of(&file.assessment.findings);
    if file.is_read(rules) || counts != Counts::default() {
        writeln!(out, "\n{}", counts.in_words())?;
    }
    if !file.assessment.findings.is_empty() {
        findings(&file.source, &file.assessment, out)?;
    }
    if file.is_read(rules) { disclosures(file, rules, out) } else { Ok(()) }
}

/// The whole, with what was said of the files: it begins with the counts over all of them.
pub(super) fn end(
    totals: &Totals,
    files: &[u8],
    suppressions: &[CheckedSuppressions],
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{OPENING}{}", totals.in_words())?;
    out.write_all(files)?;
    for checked in suppressions.iter().filter(|checked| !checked.assessment.findings.is_empty()) {
        let source = checked.file.source();
        writeln!(out, "\n### {}", inline(source.name()))?;
        findings(source, &checked.assessment, out)?;
    }
    Ok(())
}

fn findings(source: &SourceFile, assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n| Place | Severity | Rule | Finding |\n|---|---|---|---|")?;
    for finding in &assessment.findings {
        let diagnostic = &finding.diagnostic;
        let at = source.position(diagnostic.primary.span.start());
        let (severity, rule) = (diagnostic.severity.name(), &diagnostic.code);
        writeln!(out, "| {}:{} | {severity} | `{rule}` | {} |", at.line, at.column, inline(&diagnostic.message))?;
    }
    Ok(())
}

fn disclosures(file: &CheckedFile, rules: &RuleSet, out: &mut dyn Write) -> io::Result<()> {
    let disclosures = &file.assessment.disclosures;
    let count = |status| disclosures.iter().filter(|assessed| assessed.status == status).count();
    let counts = Status::ALL.map(|status| format!("{} {}", count(status), status.name())).join(", ");
    writeln!(out, "\n<details>\n<summary>Disclosures: {counts}</summary>")?;
    writeln!(out, "\n| Disclosure | Status | Place | Words |\n|---|---|---|---|")?;
    for assessed in disclosures {
        let (rule, status) = (&rules.rules()[assessed.rule].id, status(assessed));
        match assessed.evidence.first() {
            Some(evidence) => {
                let at = file.source.position(evidence.span.start());
                let words = inline(&excerpt(&evidence.text, QUOTED));
                writeln!(out, "| `{rule}` | {status} | {}:{} | “{words}” |", at.line, at.column)?;
            }
            None => writeln!(out, "| `{rule}` | {status} | | |")?,
        }
    }
    writeln!(out, "\n</details>")
}

fn status(assessed: &Assessed) -> String {
    let status = assessed.status.name();
    assessed.value.as_ref().map_or_else(|| status.to_owned(), |value| format!("{status} ({})", inline(value)))
}

/// Text as nothing but text, within a line. What means something in Markdown becomes a character reference, which means
/// nothing (CommonMark 2.5), nor parts the cells of a table. What services make links and mentions of after they have
/// read the Markdown is taken apart by a space of no width.
pub(super) fn inline(text: &str) -> String {
    let mut escaped = String::new();
    for character in excerpt(text, usize::MAX).chars() {
        match character {
            '@' | '#' => escaped.push_str(&format!("&#{};&#8203;", u32::from(character))),
            ':' | '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '$' | '!' => {
                escaped.push_str(&format!("&#{};", u32::from(character)));
            }
            _ => escaped.push(character),
        }
    }
    escaped.replace("&#58;//", "&#58;&#8203;//").replace("www.", "www&#8203;.")
}
