//! The disclosures of many policies as a table: a row a file, a column a disclosure. The only code that knows csv.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::shown::printable;
use super::{CheckedFile, Counts};
use crate::check::Assessed;
use crate::rule::{RuleSet, Status};

/// What the table says of a file.
#[derive(Debug)]
pub(super) struct Row {
    /// The cells of the first columns, which every table has.
    first: Vec<String>,
    /// The disclosures that were asked for, by the places of their rules.
    disclosures: Vec<(usize, Cell)>,
}

/// What came of a disclosure.
#[derive(Debug)]
struct Cell {
    status: Status,
    value: Option<String>,
}

impl Row {
    pub(super) fn of(file: &CheckedFile) -> Self {
        let Counts { errors, warnings, advice } = Counts::of(&file.assessment.findings);
        let disclosures = &file.assessment.disclosures;
        let with_status = |status| disclosures.iter().filter(|assessed| assessed.status == status).count();
        let counts = [errors, warnings, advice].into_iter().chain(Status::ALL.map(with_status));
        let mut first = vec![defused(file.source.name()), file.document.language().code().to_owned()];
        first.extend(counts.map(|count| count.to_string()));
        let cell = |assessed: &Assessed| Cell { status: assessed.status, value: assessed.value.clone() };
        Self { first, disclosures: disclosures.iter().map(|assessed| (assessed.rule, cell(assessed))).collect() }
    }

    /// The row as it is written; empty where a file is not asked for what a column is for.
    fn cells(&self, columns: &BTreeSet<usize>) -> Vec<String> {
        let of_rule = |rule: &usize| self.disclosures.iter().find(|(asked, _)| asked == rule);
        let cells = columns.iter().map(|rule| of_rule(rule).map_or_else(String::new, |(_, cell)| cell.in_words()));
        self.first.iter().cloned().chain(cells).collect()
    }
}

impl Cell {
    fn in_words(&self) -> String {
        let status = self.status.name();
        self.value.as_ref().map_or_else(|| status.to_owned(), |value| format!("{status} ({})", printable(value)))
    }
}

/// The rows, kept until it is known for which disclosures there has to be a column.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Row>,
    /// The places of the rules, which are in the order of their ids.
    columns: BTreeSet<usize>,
}

impl Table {
    pub(super) fn add(&mut self, row: Row) {
        self.columns.extend(row.disclosures.iter().map(|(rule, _)| *rule));
        self.rows.push(row);
    }

    pub(super) fn end(&self, rules: &RuleSet, out: &mut dyn Write) -> io::Result<()> {
        let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        let counted = ["errors", "warnings", "advice"].into_iter().chain(Status::ALL.map(Status::name));
        let ids = self.columns.iter().map(|rule| rules.rules()[*rule].id.as_str());
        table.write_record(["file", "language"].into_iter().chain(counted).chain(ids)).map_err(cause)?;
        for row in &self.rows {
            table.write_record(row.cells(&self.columns)).map_err(cause)?;
        }
        table.flush()
    }
}

/// The error below csv's own, so that a closed pipe is still known for one.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("internal: a row could not be written: {kind:?}")),
    }
}

/// Text that no spreadsheet takes for a formula: after an apostrophe it is text.
fn defused(text: &str) -> String {
    let apostrophe = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    format!("{apostrophe}{}", printable(text))
}
