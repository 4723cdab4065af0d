//! The disclosures of many policies as a table: a row a file, a column a disclosure. The only code that knows csv.

use std::io::{self, Write};

use super::shown::printable;
use super::{CheckedFile, Counts, Report};
use crate::check::Assessed;
use crate::rule::{Rule, RuleKind, Status};

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    let is_disclosure = |rule: &Rule| matches!(rule.kind, RuleKind::Disclosure(_));
    let columns: Vec<(usize, &Rule)> = report.active().filter(|(_, rule)| is_disclosure(rule)).collect();
    let counted = ["errors", "warnings", "advice"].into_iter().chain(Status::ALL.map(Status::name));
    let header =
        ["file", "language"].into_iter().chain(counted).chain(columns.iter().map(|(_, rule)| rule.id.as_str()));
    table.write_record(header).map_err(cause)?;
    for file in report.files {
        table.write_record(row(file, &columns)).map_err(cause)?;
    }
    table.flush()
}

/// The error below csv's own, so that a closed pipe is still known for one.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("internal: a row could not be written: {kind:?}")),
    }
}

fn row(file: &CheckedFile, columns: &[(usize, &Rule)]) -> Vec<String> {
    let Counts { errors, warnings, advice } = Counts::of(&file.assessment.findings);
    let disclosures = &file.assessment.disclosures;
    let with_status = |status| disclosures.iter().filter(|assessed| assessed.status == status).count();
    let counts = [errors, warnings, advice].into_iter().chain(Status::ALL.map(with_status));
    let mut row = vec![defused(file.source.name()), file.document.language().code().to_owned()];
    row.extend(counts.map(|count| count.to_string()));
    row.extend(
        columns
            .iter()
            .map(|(rule, _)| disclosures.iter().find(|assessed| assessed.rule == *rule).map_or_else(String::new, cell)),
    );
    row
}

fn cell(assessed: &Assessed) -> String {
    let status = assessed.status.name();
    assessed.value.as_ref().map_or_else(|| status.to_owned(), |value| format!("{status} ({})", printable(value)))
}

/// Text that no spreadsheet takes for a formula: after an apostrophe it is text.
fn defused(text: &str) -> String {
    let apostrophe = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    format!("{apostrophe}{}", printable(text))
}
