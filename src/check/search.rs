//! Where a document says what phrases look for: their words, what must stand around them, what must not.

use std::collections::BTreeMap;

use super::structure::Form;
use crate::document::{ClauseId, Document, ProseSpan};
use crate::rule::{Among, LazyRegex, Match, Phrase, Program, Reading, Search, Within};

/// A search for phrases of one rule, all of which the same words rule out.
pub(super) struct PhraseSearch<'s, 'c> {
    document: &'c Document,
    form: &'c Form<'c>,
    reading: &'s mut Reading<'c>,
    /// What rules out the matches that it overlaps.
    unless: Option<&'s Program>,
    /// What that matches, by clause, once it was asked for.
    vetoes: Option<BTreeMap<ClauseId, Vec<Match>>>,
}

impl<'s, 'c> PhraseSearch<'s, 'c> {
    pub(super) fn new(
        document: &'c Document,
        form: &'c Form<'c>,
        reading: &'s mut Reading<'c>,
        unless: Option<&'s Program>,
    ) -> Self {
        Self { document, form, reading, unless, vetoes: None }
    }

    /// All places that one of the phrases is found at. Regular expressions are the way out where words do not do: they
    /// cost more than all else, and are tried, one after another, only until something matches.
    pub(super) fn find(&mut self, phrases: &[Phrase]) -> Vec<Hit> {
        let (patterns, regexes): (Vec<&Phrase>, Vec<&Phrase>) =
            phrases.iter().partition(|phrase| matches!(phrase.search, Search::Pattern(_)));
        let hits: Vec<Hit> = patterns.into_iter().flat_map(|phrase| self.find_phrase(phrase)).collect();
        if !hits.is_empty() {
            return hits;
        }
        let mut tried = regexes.into_iter().map(|phrase| self.find_phrase(phrase));
        tried.find(|hits| !hits.is_empty()).unwrap_or_default()
    }

    fn find_phrase(&mut self, phrase: &Phrase) -> Vec<Hit> {
        if !self.may_be_around(phrase) {
            return Vec::new();
        }
        let document = self.document;
        let mut surroundings = Surroundings::default();
        // Few headings are read faster than all that stands below them.
        let below = match phrase.heading.as_ref().and_then(|heading| self.reading.headings_with(heading)) {
            Some(sections) if sections.is_empty() => return Vec::new(),
            sections => sections.map(|sections| below(document, &sections)),
        };
        if below.is_none() && phrase.heading.is_some() {
            surroundings.headings = Some(vec![None; document.sections().len()]);
        }
        let is_below = below.map(|below| move |clause| below[document.clause(clause).section.0]);
        let clauses = is_below.as_ref().map(|is_below| is_below as &dyn Fn(ClauseId) -> bool);
        let with = phrase.with.as_deref().filter(|with| with.within == Within::Clause).map(|with| &with.program);
        let found = match &phrase.search {
            Search::Pattern(program) => self.reading.matches_among(program, Among { may_match: with, clauses }),
            // A regular expression is slow, so it is tried only where all else holds.
            Search::Regex(regex) => {
                let worth_trying = self.worth_trying(with, clauses, regex);
                worth_trying.into_iter().map(|clause| (clause, Vec::new())).collect()
            }
        };
        let mut hits = Vec::new();
        for (clause, matches) in found {
            let (own, companion) = match &phrase.search {
                Search::Pattern(_) => {
                    let own = self.free(clause, matches);
                    if own.is_empty() {
                        continue;
                    }
                    let Around::Holds(companion) = self.around(phrase, clause, &mut surroundings) else {
                        continue;
                    };
                    (own, companion)
                }
                Search::Regex(regex) => {
                    let Around::Holds(companion) = self.around(phrase, clause, &mut surroundings) else {
                        continue;
                    };
                    (self.found_by(regex, clause), companion)
                }
            };
            if own.is_empty() {
                continue;
            }
            let own = own.into_iter().map(|(at, part)| (clause, at, part));
            let companion = companion.map(|(clause, at)| (clause, at, Part::Companion));
            let hit = |(clause, at, part)| Hit { clause, at, part, value: phrase.value.clone() };
            hits.extend(own.chain(companion).map(hit));
        }
        hits
    }

    /// The statements, of some of them, that may match a regular expression, and hold what is asked for besides in the same
    /// clause.
    fn worth_trying(
        &mut self,
        with: Option<&Program>,
        clauses: Option<&dyn Fn(ClauseId) -> bool>,
        regex: &LazyRegex,
    ) -> Vec<ClauseId> {
        if !regex.may_match_one(self.form.whole()) {
            return Vec::new();
        }
        let document = self.document;
        let mut statements: Vec<ClauseId> = match with {
            Some(with) => {
                let found = self.reading.matches_among(with, Among { may_match: None, clauses });
                found.into_iter().map(|(clause, _)| clause).collect()
            }
            None => {
                let all = document.clauses().iter().enumerate().map(|(idx, clause)| (ClauseId(idx), clause));
                let wanted = |clause: ClauseId| clauses.is_none_or(|clauses| clauses(clause));
                all.filter(|(id, clause)| clause.kind.is_statement() && wanted(*id)).map(|(id, _)| id).collect()
            }
        };
        let text = |clause: ClauseId| document.clause(clause).prose.text();
        statements.retain(|clause| regex.may_match(text(*clause), self.form.of_clause(*clause)));
        statements
    }

    fn found_by(&mut self, regex: &LazyRegex, clause: ClauseId) -> Vec<(ProseSpan, Part)> {
        let found = regex.find_iter(self.document.clause(clause).prose.text());
        if found.is_empty() {
            return Vec::new();
        }
        let vetoes = self.vetoes(clause);
        let passage = self.reading.passage(clause);
        let vetoes: Vec<ProseSpan> = vetoes.into_iter().filter_map(|veto| passage.own(veto)).collect();
        let vetoed = |at: &ProseSpan| vetoes.iter().any(|veto| veto.start < at.end && at.start < veto.end);
        found.into_iter().filter(|at| !vetoed(at)).map(|at| (at, Part::Own)).collect()
    }

    /// Of the matches in a clause those that nothing rules out and that don't overlap an earlier one, as far as they stand
    /// in the clause itself.
    fn free(&mut self, clause: ClauseId, found: Vec<Match>) -> Vec<(ProseSpan, Part)> {
        let vetoes = self.vetoes(clause);
        let passage = self.reading.passage(clause);
        let mut last: Option<Match> = None;
        let mut places = Vec::new();
        for found in found {
            let free = last.is_none_or(|last| last.end <= found.start);
            if free
                && !vetoes.iter().any(|veto| veto.overlaps(found))
                && let Some(own) = passage.own(found)
            {
                last = Some(found);
                places.push((own, if passage.is_introduced(found) { Part::Introduced } else { Part::Own }));
            }
        }
        places
    }

    /// The matches that rule out what they overlap. They are the same for all phrases, so each clause is searched once.
    fn vetoes(&mut self, clause: ClauseId) -> Vec<Match> {
        let Some(unless) = self.unless else { return Vec::new() };
        let reading = &mut *self.reading;
        let known = self.vetoes.get_or_insert_with(|| reading.longest_matches(unless).into_iter().collect());
        known.get(&clause).cloned().unwrap_or_default()
    }

    /// Whether what a phrase asks for around its words may hold somewhere: most of it is rarer than the words are.
    fn may_be_around(&mut self, phrase: &Phrase) -> bool {
        let reading = &mut *self.reading;
        phrase.heading.as_ref().is_none_or(|heading| reading.may_be_in_heading(heading))
            && phrase.with.as_ref().is_none_or(|with| reading.may_be_stated(&with.program))
    }

    /// Whether what a phrase asks for around its words holds.
    fn around(&mut self, phrase: &Phrase, clause: ClauseId, surroundings: &mut Surroundings) -> Around {
        if !self.heading_fits(phrase, clause, surroundings) || self.excluded(phrase, clause) {
            return Around::Fails;
        }
        let Some(with) = &phrase.with else { return Around::Holds(None) };
        if self.reading.is_in_clause(&with.program, clause) {
            return Around::Holds(None);
        }
        if with.within == Within::Clause {
            return Around::Fails;
        }
        let companions = surroundings.companions.get_or_insert_with(|| self.companions(&with.program));
        match self.nearest(companions, clause, with.within) {
            Some(companion) => Around::Holds(Some(companion)),
            None => Around::Fails,
        }
    }

    fn heading_fits(&mut self, phrase: &Phrase, clause: ClauseId, surroundings: &mut Surroundings) -> bool {
        let (Some(program), Some(known)) = (&phrase.heading, &mut surroundings.headings) else { return true };
        let document = self.document;
        let mut above = document.headings(document.clause(clause).section);
        above.any(|(section, _)| *known[section.0].get_or_insert_with(|| self.reading.in_heading(program, section.0)))
    }

    fn excluded(&mut self, phrase: &Phrase, clause: ClauseId) -> bool {
        let document = self.document;
        phrase.not.as_ref().is_some_and(|not| self.reading.is_in_clause(not, clause))
            || phrase.not_under.as_ref().is_some_and(|not| is_under(document, self.reading, not, clause))
    }

    /// The statements that hold what must be found besides a phrase, in order, each with its first place.
    fn companions(&mut self, program: &Program) -> Vec<(ClauseId, ProseSpan)> {
        let mut companions = Vec::new();
        for (clause, mut found) in self.reading.matches(program) {
            let vetoes = self.vetoes(clause);
            found.retain(|found| !vetoes.iter().any(|veto| veto.overlaps(*found)));
            let passage = self.reading.passage(clause);
            companions.extend(found.into_iter().find_map(|found| passage.own(found)).map(|at| (clause, at)));
        }
        companions
    }

    /// The companion next to a clause, as far from it as it may stand. What follows is nearer to the matter than what comes
    /// before.
    fn nearest(
        &self,
        companions: &[(ClauseId, ProseSpan)],
        clause: ClauseId,
        within: Within,
    ) -> Option<(ClauseId, ProseSpan)> {
        let section = self.document.clause(clause).section;
        let reaches = |(other, _): &&(ClauseId, ProseSpan)| match within {
            Within::Clause => false,
            Within::Clauses(distance) => other.0.abs_diff(clause.0) <= distance,
            Within::Section => self.document.clause(*other).section == section,
            Within::Document => true,
        };
        let place = companions.partition_point(|(other, _)| *other <= clause);
        let (before, after) = companions.split_at(place);
        // The clause itself holds none.
        let before = before.iter().rev().find(|(other, _)| *other < clause);
        after.first().filter(reaches).or_else(|| before.filter(reaches)).copied()
    }
}

/// What is known about the surroundings of a phrase's words, as far as it was asked for.
#[derive(Default)]
struct Surroundings {
    /// For each section whether its own heading is one that the phrase asks for; nothing where it asks for none, or only
    /// what stands below fitting ones is searched.
    headings: Option<Vec<Option<bool>>>,
    /// The places of what must be found besides, in order.
    companions: Option<Vec<(ClauseId, ProseSpan)>>,
}

/// Whether a heading above a clause matches.
pub(super) fn is_under(document: &Document, reading: &mut Reading<'_>, program: &Program, clause: ClauseId) -> bool {
    let mut above = document.headings(document.clause(clause).section);
    above.any(|(section, _)| reading.in_heading(program, section.0))
}

/// For each section whether it is one of some, or stands below one.
fn below(document: &Document, sections: &[usize]) -> Vec<bool> {
    let mut below = vec![false; document.sections().len()];
    sections.iter().for_each(|section| below[*section] = true);
    // A section comes after the one around it.
    for (idx, section) in document.sections().iter().enumerate() {
        below[idx] |= section.parent.is_some_and(|parent| below[parent.0]);
    }
    below
}

/// What came of looking around a phrase.
enum Around {
    /// Something that it asks for is not there.
    Fails,
    /// All is there; what stands in another clause is evidence, too.
    Holds(Option<(ClauseId, ProseSpan)>),
}

/// A place that a phrase was found at, and the value that it gives.
pub(super) struct Hit {
    pub(super) clause: ClauseId,
    pub(super) at: ProseSpan,
    pub(super) part: Part,
    pub(super) value: Option<String>,
}

/// What of a phrase a hit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Its words, all in the clause.
    Own,
    /// Its words, of which the first stand in the lead-in.
    Introduced,
    /// What it asks for besides, in another clause.
    Companion,
}
