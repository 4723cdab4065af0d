//! What programs match in the statements of a document, found for all of them tile by tile.

use std::collections::HashMap;
use std::ops::Range;

use super::Match;
use crate::document::ClauseId;
use crate::rule::program::Program;

/// What is wanted of a program.
#[derive(Clone, Debug)]
pub(crate) struct Wanted<'r> {
    pub(crate) program: &'r Program,
    pub(crate) of: Found,
    /// The places of others among what is wanted: where one of them matches somewhere, it is not asked for.
    pub(crate) instead_of: Range<usize>,
}

/// What is told of the statements that a program matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// That it does.
    Statement,
    /// With the shortest match that ends at each word: the best quotation.
    Shortest,
    /// With the longest match that ends at each word: all the words that are taken.
    Longest,
}

impl<'r> Wanted<'r> {
    /// The shortest matches of a program.
    pub(crate) fn shortest(program: &'r Program) -> Self {
        Self { program, of: Found::Shortest, instead_of: 0..0 }
    }

    /// The longest ones.
    pub(crate) fn longest(program: &'r Program) -> Self {
        Self { program, of: Found::Longest, instead_of: 0..0 }
    }

    /// The statements that a program matches.
    pub(crate) fn statement(program: &'r Program) -> Self {
        Self { program, of: Found::Statement, instead_of: 0..0 }
    }
}

/// What programs were found to match.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// The places of the programs in `known`, by their addresses: they stay where they are as long as they are read with.
    places: HashMap<usize, usize>,
    known: Vec<Known>,
}

/// What is known of a program.
#[derive(Debug)]
struct Known {
    of: Found,
    /// Whether it was asked for in all tiles.
    is_whole: bool,
    /// Each match, or one without words for each statement, in the order of the statements.
    matches: Vec<Kept>,
}

/// A match, as it is kept: there are many.
#[derive(Clone, Copy, Debug)]
struct Kept {
    statement: u32,
    start: u16,
    end: u16,
}

fn address(program: &Program) -> usize {
    std::ptr::from_ref(program).addr()
}

impl Ahead {
    /// What is wanted, of which nothing is found yet.
    pub(super) fn of(wanted: &[Wanted<'_>]) -> Self {
        let places = wanted.iter().enumerate().map(|(at, wanted)| (address(wanted.program), at)).collect();
        let known = |wanted: &Wanted<'_>| Known { of: wanted.of, is_whole: true, matches: Vec::new() };
        Self { places, known: wanted.iter().map(known).collect() }
    }

    /// Whether one of some programs was found to match somewhere.
    pub(super) fn is_found(&self, mut programs: Range<usize>) -> bool {
        programs.any(|program| !self.known[program].matches.is_empty())
    }

    /// Takes note that a program is not asked for in all tiles.
    pub(super) fn leave_out(&mut self, program: usize) {
        (self.known[program].is_whole, self.known[program].matches) = (false, Vec::new());
    }

    /// Adds what was found in a statement that stands behind those before.
    pub(super) fn add(&mut self, program: usize, statement: ClauseId, matches: &[Match]) {
        let known = &mut self.known[program];
        match known.of {
            Found::Statement => known.matches.push(Kept::of(statement, Match { start: 0, end: 0 })),
            Found::Shortest | Found::Longest => {
                known.matches.extend(matches.iter().map(|found| Kept::of(statement, *found)));
            }
        }
    }

    fn known(&self, program: &Program) -> Option<&Known> {
        let at = self.places.get(&address(program))?;
        Some(&self.known[*at]).filter(|known| known.is_whole)
    }

    /// The statements that a program matches, each with its matches, if they are known.
    pub(super) fn matches(&self, program: &Program, of: Found) -> Option<Vec<(ClauseId, Vec<Match>)>> {
        let known = self.known(program).filter(|known| known.of == of)?;
        let statements = known.matches.chunk_by(|one, next| one.statement == next.statement);
        Some(statements.map(|found| (found[0].statement(), matches_of(found))).collect())
    }

    /// The matches of a program in a statement, if they are known.
    pub(super) fn in_statement(&self, program: &Program, of: Found, statement: ClauseId) -> Option<Vec<Match>> {
        let known = self.known(program).filter(|known| known.of == of)?;
        let from = known.matches.partition_point(|kept| kept.statement() < statement);
        let end = known.matches.partition_point(|kept| kept.statement() <= statement);
        Some(matches_of(&known.matches[from..end]))
    }

    /// Whether a program matches in a statement, if that is known.
    pub(super) fn is_in_statement(&self, program: &Program, statement: ClauseId) -> Option<bool> {
        let known = self.known(program)?;
        Some(known.matches.binary_search_by_key(&statement, |kept| kept.statement()).is_ok())
    }
}

fn matches_of(found: &[Kept]) -> Vec<Match> {
    found.iter().map(|kept| Match { start: kept.start.into(), end: kept.end.into() }).collect()
}

impl Kept {
    fn of(statement: ClauseId, found: Match) -> Self {
        let statement = u32::try_from(statement.0).expect("internal: a document has fewer clauses than bytes");
        let place = |word| u16::try_from(word).expect("internal: a passage has fewer words than a tile");
        Self { statement, start: place(found.start), end: place(found.end) }
    }

    fn statement(self) -> ClauseId {
        ClauseId(self.statement as usize)
    }
}
