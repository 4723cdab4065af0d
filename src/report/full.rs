//! The report for people: findings drawn on their source, then a table of the disclosures, then the counts.

use std::io::{self, Write};

use super::graphical::Canvas;
use super::shown::excerpt;
use super::{CheckedFile, Colour, Style, Totals};
use crate::check::{Assessment, Cause, Finding};
use crate::diagnostic::Diagnostic;
use crate::rule::{RuleSet, Status};
use crate::source::SourceFile;

pub(super) fn file(file: &CheckedFile, rules: &RuleSet, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let canvas = Canvas::new(&file.source, style);
    for drawn in drawn(file, rules) {
        canvas.draw(&drawn.diagnostic, &drawn.notes, out)?;
        writeln!(out)?;
    }
    table(file, rules, style, out)
}

/// Findings one by one, of a file that has no disclosures.
pub(super) fn findings(
    source: &SourceFile,
    assessment: &Assessment,
    rules: &RuleSet,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let canvas = Canvas::new(source, style);
    assessment.findings.iter().try_for_each(|finding| {
        let drawn = single(finding, rules);
        canvas.draw(&drawn.diagnostic, &drawn.notes, out)?;
        writeln!(out)
    })
}

pub(super) fn end(totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
    // Where nothing could be read there is nothing to report.
    if totals.files == 0 {
        return Ok(());
    }
    writeln!(out, "{}", totals.in_words())?;
    totals.set_aside_in_words().iter().try_for_each(|aside| writeln!(out, "{aside}"))
}

/// A finding as a reader sees it; one stands for all that a group lacks.
struct DrawnFinding {
    diagnostic: Diagnostic,
    notes: Vec<String>,
}

fn drawn(file: &CheckedFile, rules: &RuleSet) -> Vec<DrawnFinding> {
    let findings = &file.assessment.findings;
    let group_of = |finding: &Finding| {
        let group = rules.rules()[finding.rule].group.as_deref();
        group.filter(|_| finding.cause == Cause::Missing)
    };
    let mut drawn = Vec::new();
    for (idx, finding) in findings.iter().enumerate() {
        let Some(group) = group_of(finding) else {
            drawn.push(single(finding, rules));
            continue;
        };
        let same: Vec<&Finding> = findings.iter().filter(|other| group_of(other) == Some(group)).collect();
        let first = findings.iter().position(|other| group_of(other) == Some(group)) == Some(idx);
        match same.as_slice() {
            [only] => drawn.push(single(only, rules)),
            all if first => drawn.push(grouped(group, all, rules)),
            _ => {}
        }
    }
    drawn
}

fn single(finding: &Finding, rules: &RuleSet) -> DrawnFinding {
    let rule = &rules.rules()[finding.rule];
    DrawnFinding { diagnostic: finding.diagnostic.clone(), notes: vec![cited(&rule.cite)] }
}

fn grouped(group: &str, findings: &[&Finding], rules: &RuleSet) -> DrawnFinding {
    let of_group = rules.rules().iter().filter(|rule| rule.group.as_deref() == Some(group)).count();
    let mut diagnostic = findings[0].diagnostic.clone();
    diagnostic.severity =
        findings.iter().map(|finding| finding.diagnostic.severity).max().unwrap_or(diagnostic.severity);
    diagnostic.code = format!("{}*", common_prefix(findings, rules));
    diagnostic.message = format!("{group}: {} of {of_group} are missing", findings.len());
    let mut cite: Vec<String> = Vec::new();
    let mut list = Vec::new();
    let mut in_order = findings.to_vec();
    in_order.sort_by_key(|finding| finding.rule);
    for finding in in_order {
        let rule = &rules.rules()[finding.rule];
        list.push(format!("- {} ({})", rule.title, rule.id));
        cite.extend(rule.cite.iter().filter(|cited| !cite.contains(cited)).cloned().collect::<Vec<_>>());
    }
    diagnostic.help = Some(list.join("\n"));
    let explain = "`clauselint explain RULE` has wording to start from".to_owned();
    DrawnFinding { diagnostic, notes: vec![explain, cited(&cite)] }
}

/// What the ids of the findings' rules start with.
fn common_prefix<'r>(findings: &[&Finding], rules: &'r RuleSet) -> &'r str {
    let mut ids = findings.iter().map(|finding| rules.rules()[finding.rule].id.as_str());
    let first = ids.next().unwrap_or_default();
    let shared =
        |left: &str, right: &str| left.bytes().zip(right.bytes()).take_while(|(left, right)| left == right).count();
    &first[..ids.map(|id| shared(first, id)).min().unwrap_or(first.len())]
}

fn cited(cite: &[String]) -> String {
    format!("see {}", cite.join("; "))
}

fn table(file: &CheckedFile, rules: &RuleSet, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", bold(&excerpt(file.source.name(), usize::MAX), style))?;
    if !file.is_read(rules) {
        return writeln!(out, "  not checked: it is written in {}\n", file.document.language().name());
    }
    let listed = file.assessment.disclosures.iter().map(|assessed| &rules.rules()[assessed.rule]);
    let id_width = listed.map(|rule| rule.id.as_str().len()).max().unwrap_or(0);
    for assessed in &file.assessment.disclosures {
        let rule = &rules.rules()[assessed.rule];
        let status = coloured(assessed.status, style);
        let Some(evidence) = assessed.evidence.first() else {
            writeln!(out, "  {status}  {}", rule.id)?;
            continue;
        };
        let at = file.source.position(evidence.span.start());
        let place = format!("{}:{}", at.line, at.column);
        let value =
            assessed.value.as_ref().map(|value| format!("{}: ", excerpt(value, usize::MAX))).unwrap_or_default();
        let room = style.width.saturating_sub(id_width + 31 + value.len()).max(16);
        let words = excerpt(&evidence.text, room);
        writeln!(out, "  {status}  {:id_width$}  {place:>8}  {value}\"{words}\"", rule.id.as_str())?;
    }
    writeln!(out)
}

fn coloured(status: Status, style: Style) -> String {
    let padded = format!("{:14}", status.name());
    let code = match status {
        Status::Disclosed => "32",
        Status::Vague => "33",
        Status::Missing => "31",
        Status::NotApplicable => "2",
    };
    painted(&padded, code, style)
}

fn bold(text: &str, style: Style) -> String {
    painted(text, "1", style)
}

fn painted(text: &str, code: &str, style: Style) -> String {
    match style.colour {
        Colour::On => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        Colour::Off => text.to_owned(),
    }
}
