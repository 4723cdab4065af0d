//! What several checks ask of a document, found once.

use std::cell::OnceCell;

use super::Unit;
use super::dates::{Written, dates};
use crate::document::{ClauseId, Document};
use crate::rule::Digest;
use crate::rule::digest::DIGIT;

/// What several checks ask of a document, found when the first of them asks.
pub(in crate::check) struct Form<'d> {
    document: &'d Document,
    units: OnceCell<Vec<Unit<'d>>>,
    digests: OnceCell<Digests>,
    dates: OnceCell<Vec<Vec<Written>>>,
    text: OnceCell<String>,
    lower: OnceCell<String>,
}

struct Digests {
    /// By the places of the clauses.
    clauses: Vec<Digest>,
    /// Those of their headings, by the places of the sections.
    sections: Vec<Digest>,
    /// What they hold together.
    whole: Digest,
}

impl<'d> Form<'d> {
    pub(in crate::check) fn new(document: &'d Document) -> Self {
        Self {
            document,
            units: OnceCell::new(),
            digests: OnceCell::new(),
            dates: OnceCell::new(),
            text: OnceCell::new(),
            lower: OnceCell::new(),
        }
    }

    /// The headings and clauses in the order of the file.
    pub(super) fn units(&self) -> &[Unit<'d>] {
        self.units.get_or_init(|| {
            let headings = self.document.sections().iter().enumerate();
            let headings = headings.filter_map(|(idx, section)| Some(Unit::Heading(idx, section.heading.as_ref()?)));
            let clauses = self.document.clauses().iter().enumerate();
            let clauses = clauses.map(|(idx, clause)| Unit::Clause(ClauseId(idx), clause));
            let mut units: Vec<Unit<'_>> = headings.chain(clauses).collect();
            units.sort_by_key(|unit| unit.span());
            units
        })
    }

    pub(in crate::check) fn of_clause(&self, id: ClauseId) -> &Digest {
        &self.digests().clauses[id.0]
    }

    pub(super) fn of_heading(&self, section: usize) -> &Digest {
        &self.digests().sections[section]
    }

    /// What the texts of the clauses hold, by their places.
    pub(super) fn clauses(&self) -> &[Digest] {
        &self.digests().clauses
    }

    /// What the texts of all clauses and headings hold together.
    pub(in crate::check) fn whole(&self) -> &Digest {
        &self.digests().whole
    }

    fn digests(&self) -> &Digests {
        self.digests.get_or_init(|| {
            let headings = self.document.sections().iter().map(|section| section.heading.as_ref());
            let clauses: Vec<Digest> =
                self.document.clauses().iter().map(|clause| Digest::of(clause.prose.text())).collect();
            let sections: Vec<Digest> = headings
                .map(|heading| heading.map_or_else(Digest::default, |heading| Digest::of(heading.prose.text())))
                .collect();
            let mut whole = Digest::default();
            clauses.iter().chain(&sections).for_each(|digest| whole.include(digest));
            Digests { clauses, sections, whole }
        })
    }

    /// The texts of all headings and clauses, one a line.
    pub(super) fn text(&self) -> &str {
        self.text.get_or_init(|| {
            let lines = self.units().iter().flat_map(|unit| [unit.text(), "\n"]);
            lines.collect()
        })
    }

    /// The same in lower case.
    pub(super) fn lower(&self) -> &str {
        self.lower.get_or_init(|| self.text().to_lowercase())
    }

    /// The dates of the headings and clauses, by their places among [`Form::units`].
    pub(super) fn dates(&self) -> &[Vec<Written>] {
        self.dates.get_or_init(|| {
            let dates_of = |unit: &Unit<'_>| {
                let digest = match *unit {
                    Unit::Heading(section, _) => self.of_heading(section),
                    Unit::Clause(id, _) => self.of_clause(id),
                };
                if digest.has(DIGIT) { dates(unit.text()) } else { Vec::new() }
            };
            self.units().iter().map(dates_of).collect()
        })
    }
}
