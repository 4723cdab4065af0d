//! Reading: programs run over all the words of a document at once.
//!
//! The passages of a document (a clause's words after those of its lead-in, a heading's words) are laid out in a row of
//! positions, cut into tiles, and for each group of words a tile has the set of positions that hold one
//! (`rule::positions`). A run goes through a program's states, from its openings on: what a state was reached at is one
//! set, and a word, a gap or a choice takes a whole set to the next one. Each state is visited once a tile, so the cost is
//! linear in the length of the text, whatever the pattern, and rule files from strangers can be slow to read but not to
//! match.
//!
//! For each word that a match can end at, the latest start is told: the shortest match, which is the best quotation. Of what
//! rules out all that it overlaps it is the earliest one: the longest match. Either is found by going back from the end
//! through the states that were reached.
//!
//! What was worked out of a tile is kept for the next program, which is worth most while it lies in the processor's caches.
//! So a long document is run over tile by tile, with all the programs that will be asked for; a short one program by program,
//! with those that are.

mod ahead;
mod entry;
mod run;
mod tile;

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::lexicon::Lexicon;
use super::positions::{self, Extent};
use super::program::{EntryId, Program};
use super::words::{KnownWords, Token, Words};
use crate::document::{ClauseId, Document, ProseSpan};
use ahead::Ahead;
pub(crate) use ahead::{Found, Wanted};
use entry::RunByLength;
use run::{Run, StartAt};
use tile::{Laid, LayOut, Passages, Tile, Worked, keep};

/// Which statements are searched: all, where nothing is said.
#[derive(Clone, Copy, Default)]
pub(crate) struct Among<'a> {
    /// Those that may match this, too.
    pub(crate) may_match: Option<&'a Program>,
    /// Those that this tells.
    pub(crate) clauses: Option<&'a dyn Fn(ClauseId) -> bool>,
}

/// A match: words `start..end` of a passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Match {
    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// The words of a clause's lead-in and then its own, as matches count them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passage<'r> {
    /// How many words belong to the lead-in.
    lead_in: usize,
    /// Where each of its own words stands in its own prose.
    own: &'r [Token],
}

impl Passage<'_> {
    /// Where the passage's own part of a match stands in its prose; nothing if all of it lies in the lead-in.
    pub(crate) fn own(&self, found: Match) -> Option<ProseSpan> {
        let end = found.end.checked_sub(self.lead_in).filter(|end| *end > 0)?;
        let start = found.start.saturating_sub(self.lead_in);
        Some(ProseSpan { start: self.own[start].at().start, end: self.own[end - 1].at().end })
    }

    /// Whether a match starts in the lead-in.
    pub(crate) fn is_introduced(&self, found: Match) -> bool {
        found.start < self.lead_in
    }
}

/// So many passages are run over one by one, more of them with all the others.
const FEW_PASSAGES: u32 = 4;

/// How many bytes a word takes in a text, with the space behind it: few texts have shorter ones.
const BYTES_OF_A_WORD: usize = 5;

/// A document with more tiles is a long one.
const FEW_TILES: usize = 16;

/// Of a long document so many tiles are kept as they were worked on.
const KEPT_TILES: usize = 4;

/// A document as patterns see it.
pub(crate) struct Reading<'r> {
    programs: &'r [Program],
    tokens: Vec<Token>,
    /// For each passage the place of its first own word in `tokens`, and one more for the end of the last one's.
    own: Vec<usize>,
    /// The clauses in their order, then the sections' headings.
    passages: Vec<Laid>,
    /// How many clauses there are.
    clauses: usize,
    tiles: Vec<Tile<'r>>,
    /// Of a long document the tiles that something was worked out of last, by their places.
    worked: VecDeque<usize>,
    /// What programs were found to match in all the statements.
    ahead: Ahead,
    room: Room,
    rooms: &'r Rooms,
}

/// What runs work with. It grows to what the largest program needs, so it goes from one document to the next.
#[derive(Debug, Default)]
struct Room {
    run: Run,
    lengths: RunByLength,
    /// The words of the documents before.
    words: KnownWords,
    /// What tiles that are gone left, so that the next ones need not ask for memory.
    spare: Vec<Worked>,
}

/// Rooms that no reading uses at the moment.
#[derive(Debug, Default)]
pub(crate) struct Rooms(Mutex<Vec<Room>>);

impl Rooms {
    fn take(&self) -> Room {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn put(&self, room: Room) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(room);
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let mut room = std::mem::take(&mut self.room);
        let left = self.tiles.iter_mut().rev().map(Tile::forget);
        room.spare.extend(left.take(KEPT_TILES.saturating_sub(room.spare.len())));
        self.rooms.put(room);
    }
}

impl<'r> Reading<'r> {
    pub(crate) fn new(document: &Document, lexicon: &'r Lexicon, programs: &'r [Program], rooms: &'r Rooms) -> Self {
        let mut room = rooms.take();
        let mut words = Words::new(lexicon, std::mem::take(&mut room.words));
        let bytes: usize = document.clauses().iter().map(|clause| clause.prose.text().len()).sum();
        let mut tokens = Vec::with_capacity(bytes / BYTES_OF_A_WORD);
        let mut own = vec![0];
        for clause in document.clauses() {
            words.read(&clause.prose, &mut tokens);
            own.push(tokens.len());
        }
        let mut layout = LayOut { lexicon, words, tiles: Vec::new(), passages: Vec::new(), open: Vec::new() };
        for (idx, clause) in document.clauses().iter().enumerate() {
            let of = |id: usize| &tokens[own[id]..own[id + 1]];
            let lead_in = clause.lead_in.iter().flat_map(|id| of(id.0));
            let introducing = lead_in.clone().count();
            layout.add(lead_in.chain(of(idx)).map(|token| token.word), introducing);
        }
        // Sections without a heading have an empty passage.
        for section in document.sections() {
            let from = tokens.len();
            if let Some(heading) = &section.heading {
                layout.words.read(&heading.prose, &mut tokens);
            }
            own.push(tokens.len());
            layout.add(tokens[from..].iter().map(|token| token.word), 0);
        }
        layout.close_tile();
        let LayOut { mut tiles, passages, words, .. } = layout;
        room.words = words.into_known();
        let clauses = document.clauses().len();
        for (at, _) in document.clauses().iter().enumerate().filter(|(_, clause)| clause.kind.is_statement()) {
            let tile = &mut tiles[passages[at].tile];
            tile::insert(&mut tile.statements, at - tile.passages.start);
        }
        for at in clauses..passages.len() {
            let tile = &mut tiles[passages[at].tile];
            tile::insert(&mut tile.headings, at - tile.passages.start);
        }
        let (worked, ahead) = (VecDeque::new(), Ahead::default());
        Self { programs, tokens, own, passages, clauses, tiles, worked, ahead, room, rooms }
    }

    /// Whether the document is a long one.
    pub(crate) fn is_long(&self) -> bool {
        self.tiles.len() > FEW_TILES
    }

    /// Finds what programs match in statements, for when it is asked for.
    pub(crate) fn run_ahead(&mut self, wanted: &[Wanted<'r>]) {
        let mut ahead = Ahead::of(wanted);
        for idx in 0..self.tiles.len() {
            for (at, Wanted { program, of, instead_of }) in wanted.iter().enumerate() {
                if ahead.is_found(instead_of.clone()) {
                    ahead.leave_out(at);
                } else {
                    self.find_in(program, Among::default(), *of, idx, |clause, matches| {
                        ahead.add(at, clause, &matches);
                    });
                }
            }
        }
        self.ahead = ahead;
    }

    pub(crate) fn passage(&self, clause: ClauseId) -> Passage<'_> {
        self.passage_at(clause.0)
    }

    fn passage_at(&self, at: usize) -> Passage<'_> {
        Passage { lead_in: self.passages[at].lead_in, own: &self.tokens[self.own[at]..self.own[at + 1]] }
    }

    /// The statements that match, in order, each with its matches as [`Reading::in_clause`] gives them.
    pub(crate) fn matches(&mut self, program: &Program) -> Vec<(ClauseId, Vec<Match>)> {
        self.found(program, Among::default(), Found::Shortest)
    }

    /// The same, of some of the statements; whether they match what they may match must still be asked.
    pub(crate) fn matches_among(&mut self, program: &Program, among: Among<'_>) -> Vec<(ClauseId, Vec<Match>)> {
        self.found(program, among, Found::Shortest)
    }

    /// The statements that match, in order, each with the longest match that ends at each word.
    pub(crate) fn longest_matches(&mut self, program: &Program) -> Vec<(ClauseId, Vec<Match>)> {
        self.found(program, Among::default(), Found::Longest)
    }

    fn found(&mut self, program: &Program, among: Among<'_>, of: Found) -> Vec<(ClauseId, Vec<Match>)> {
        if let Some(mut found) = self.ahead.matches(program, of) {
            found.retain(|(clause, _)| among.clauses.is_none_or(|clauses| clauses(*clause)));
            return found;
        }
        let mut found = Vec::new();
        for idx in 0..self.tiles.len() {
            self.find_in(program, among, of, idx, |clause, matches| found.push((clause, matches)));
        }
        found
    }

    /// Whether a statement may match; of a long document that is not known without its matches.
    pub(crate) fn may_be_stated(&mut self, program: &Program) -> bool {
        self.may_match(program, |tile| &tile.statements)
    }

    /// Whether a section's own heading may match; of a long document that is not known without its matches.
    pub(crate) fn may_be_in_heading(&mut self, program: &Program) -> bool {
        self.may_match(program, |tile| &tile.headings)
    }

    /// The sections whose own headings match, in order; of a long document that takes working on all of it, and nothing is
    /// told.
    pub(crate) fn headings_with(&mut self, program: &Program) -> Option<Vec<usize>> {
        if self.is_long() {
            return None;
        }
        let mut sections = Vec::new();
        for idx in 0..self.tiles.len() {
            self.work_on(idx);
            let tile = &self.tiles[idx];
            let first = tile.passages.start;
            let mut candidates = tile.candidates(program, self.programs);
            keep(&mut candidates, &tile.headings);
            for place in positions::each(&candidates) {
                if self.is_in(program, first + place) {
                    sections.push(first + place - self.clauses);
                }
            }
        }
        Some(sections)
    }

    fn may_match(&mut self, program: &Program, of: for<'t> fn(&'t Tile<'r>) -> &'t Passages) -> bool {
        self.is_long()
            || (0..self.tiles.len()).any(|idx| {
                self.work_on(idx);
                let tile = &self.tiles[idx];
                tile::share(&tile.candidates(program, self.programs), of(tile))
            })
    }

    /// Tells the statements of a tile that match, each with its matches if they are wanted, of some of them.
    fn find_in(
        &mut self,
        program: &Program,
        among: Among<'_>,
        wanted: Found,
        idx: usize,
        mut tell: impl FnMut(ClauseId, Vec<Match>),
    ) {
        self.work_on(idx);
        let tile = &self.tiles[idx];
        let mut candidates = tile.candidates(program, self.programs);
        keep(&mut candidates, &tile.statements);
        if let Some(other) = among.may_match
            && candidates != Passages::default()
        {
            keep(&mut candidates, &tile.candidates(other, self.programs));
        }
        if let Some(clauses) = among.clauses {
            for at in positions::each(&{ candidates }) {
                if !clauses(ClauseId(tile.passages.start + at)) {
                    tile::take(&mut candidates, at);
                }
            }
        }
        let count: u32 = candidates.iter().map(|bits| bits.count_ones()).sum();
        if count == 0 {
            return;
        }
        self.find_entries(program, idx);
        let tile = &self.tiles[idx];
        if count > FEW_PASSAGES {
            let extent = extent(tile, &self.passages, &candidates);
            if !self.room.run.forward(program.code(), tile, extent) {
                return;
            }
            let mut ends = Passages::default();
            for end in self.room.run.ends(program.code()) {
                tile::insert(&mut ends, usize::from(tile.passage_of[end]));
            }
            keep(&mut candidates, &ends);
        }
        for at in positions::each(&candidates) {
            let at = tile.passages.start + at;
            let passage = self.passages[at];
            if count > FEW_PASSAGES || self.room.run.forward(program.code(), tile, Extent::Stretch(passage.stretch())) {
                let matches = match wanted {
                    Found::Statement => Vec::new(),
                    Found::Shortest => self.room.run.matches(program.code(), tile, passage, StartAt::Latest),
                    Found::Longest => self.room.run.matches(program.code(), tile, passage, StartAt::Earliest),
                };
                tell(ClauseId(at), matches);
            }
        }
    }

    /// Makes room for what is worked out of a tile. Of a long document the tiles that were worked on before are let go: all
    /// of them would take many times the memory that it takes itself.
    fn work_on(&mut self, idx: usize) {
        if self.is_long() && !self.worked.contains(&idx) {
            if self.worked.len() == KEPT_TILES
                && let Some(before) = self.worked.pop_front()
            {
                self.room.spare.push(self.tiles[before].forget());
            }
            self.worked.push_back(idx);
        }
        self.tiles[idx].prepare(self.programs.len(), &mut self.room.spare);
    }

    /// Whether a clause with its lead-in matches.
    pub(crate) fn is_in_clause(&mut self, program: &Program, clause: ClauseId) -> bool {
        let known = self.ahead.is_in_statement(program, clause).filter(|_| self.is_statement(clause));
        known.unwrap_or_else(|| self.is_in(program, clause.0))
    }

    fn is_statement(&self, clause: ClauseId) -> bool {
        let tile = &self.tiles[self.passages[clause.0].tile];
        tile::holds(&tile.statements, clause.0 - tile.passages.start)
    }

    /// The matches in a clause with its lead-in, in order of their ends; they may overlap, and may lie in the lead-in
    /// altogether ([`Passage::own`] tells).
    pub(crate) fn in_clause(&mut self, program: &Program, clause: ClauseId) -> Vec<Match> {
        let known = self.ahead.in_statement(program, Found::Shortest, clause).filter(|_| self.is_statement(clause));
        known.unwrap_or_else(|| self.found_in(program, clause.0, StartAt::Latest))
    }

    /// The same, but of the matches that end at a word the longest one.
    pub(crate) fn longest_in_clause(&mut self, program: &Program, clause: ClauseId) -> Vec<Match> {
        let known = self.ahead.in_statement(program, Found::Longest, clause).filter(|_| self.is_statement(clause));
        known.unwrap_or_else(|| self.found_in(program, clause.0, StartAt::Earliest))
    }

    /// Whether a section's own heading matches.
    pub(crate) fn in_heading(&mut self, program: &Program, section: usize) -> bool {
        self.is_in(program, self.clauses + section)
    }

    /// Where a section's own heading matches, in its prose.
    pub(crate) fn places_in_heading(&mut self, program: &Program, section: usize) -> Vec<ProseSpan> {
        let found = self.found_in(program, self.clauses + section, StartAt::Latest);
        let passage = self.passage_at(self.clauses + section);
        found.into_iter().filter_map(|found| passage.own(found)).collect()
    }

    fn found_in(&mut self, program: &Program, at: usize, start_at: StartAt) -> Vec<Match> {
        match self.is_in(program, at) {
            true => {
                let passage = self.passages[at];
                self.room.run.matches(program.code(), &self.tiles[passage.tile], passage, start_at)
            }
            false => Vec::new(),
        }
    }

    fn is_in(&mut self, program: &Program, at: usize) -> bool {
        let passage = self.passages[at];
        let idx = passage.tile;
        self.work_on(idx);
        let place = at - self.tiles[idx].passages.start;
        if !tile::holds(&self.tiles[idx].candidates(program, self.programs), place) {
            return false;
        }
        self.find_entries(program, idx);
        self.room.run.forward(program.code(), &self.tiles[idx], Extent::Stretch(passage.stretch()))
    }

    /// Finds the vocabulary entries that a program names in a tile, each once.
    fn find_entries(&mut self, program: &Program, idx: usize) {
        for id in program.code().entries() {
            if !self.tiles[idx].knows(id) {
                self.find_entry(id, idx);
            }
        }
    }

    fn find_entry(&mut self, id: EntryId, idx: usize) {
        let programs = self.programs;
        let program = &programs[id.0];
        let candidates = self.tiles[idx].candidates(program, programs);
        if candidates == Passages::default() {
            return self.tiles[idx].keep_places(id, &[]);
        }
        self.find_entries(program, idx);
        let extent = extent(&self.tiles[idx], &self.passages, &candidates);
        let places = self.room.lengths.run(program.code(), &self.tiles[idx], extent);
        self.tiles[idx].keep_places(id, places);
    }
}

/// Where the matches of some passages of a tile may start, and few others.
fn extent(tile: &Tile<'_>, laid: &[Laid], passages: &Passages) -> Extent {
    let laid = positions::each(passages).map(|at| laid[tile.passages.start + at]);
    Extent::Blocks(laid.fold(0, |blocks, passage| blocks | passage.stretch().blocks()))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;
    use crate::document::Format;
    use crate::rule::compiler::{Compiler, compile_entries};
    use crate::rule::lexicon::Symbol;
    use crate::rule::pattern::{Element, Pattern, Presence};
    use crate::source::SourceFile;

    /// How far a match has come: to a word, and whether it has any yet.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    struct At {
        word: usize,
        opened: bool,
    }

    /// What patterns mean, told by trying all that they could match.
    struct Meaning<'m> {
        lexicon: &'m Lexicon,
        vocabulary: &'m BTreeMap<String, Vec<Pattern>>,
    }

    impl Meaning<'_> {
        fn passes(&self, word: Option<&String>, tests: &[Symbol]) -> bool {
            let mut passed = Vec::new();
            word.inspect(|word| self.lexicon.symbols_of(word.as_bytes(), &mut passed));
            tests.iter().any(|test| passed.contains(test))
        }

        /// The ends of all matches that start at a word.
        fn ends(&self, pattern: &Pattern, words: &[String], start: usize) -> BTreeSet<usize> {
            let before = BTreeSet::from([At { word: start, opened: false }]);
            self.after_all(&pattern.sequence, words, before).into_iter().map(|at| at.word).collect()
        }

        fn after_all(&self, sequence: &[Element], words: &[String], before: BTreeSet<At>) -> BTreeSet<At> {
            sequence
                .iter()
                .fold(before, |before, element| before.iter().flat_map(|at| self.after(element, words, *at)).collect())
        }

        fn after(&self, element: &Element, words: &[String], at: At) -> BTreeSet<At> {
            let opened = |word: usize| At { word, opened: true };
            match element {
                Element::Word(test) => {
                    self.passes(words.get(at.word), &[*test]).then_some(opened(at.word + 1)).into_iter().collect()
                }
                Element::Name(name) => {
                    let patterns = self.vocabulary[name].iter();
                    patterns.flat_map(|pattern| self.ends(pattern, words, at.word)).map(opened).collect()
                }
                // A gap stands between two words: where what may be absent before it is, it is absent, too.
                Element::Gap(_) if !at.opened => BTreeSet::from([at]),
                Element::Gap(most) => {
                    let last = most.map_or(words.len(), |most| at.word + most).min(words.len());
                    (at.word..=last).map(opened).collect()
                }
                Element::Choice { words: tests, options, presence } => {
                    let options = options.iter();
                    let mut after: BTreeSet<At> =
                        options.flat_map(|option| self.after_all(option, words, BTreeSet::from([at]))).collect();
                    after.extend(self.passes(words.get(at.word), tests).then_some(opened(at.word + 1)));
                    after.extend((*presence == Presence::Optional).then_some(at));
                    after
                }
            }
        }

        /// The latest start of each end.
        fn matches(&self, patterns: &[Pattern], words: &[String]) -> Vec<Match> {
            self.of_starts(0..words.len(), patterns, words)
        }

        /// The earliest start of each end.
        fn longest(&self, patterns: &[Pattern], words: &[String]) -> Vec<Match> {
            self.of_starts((0..words.len()).rev(), patterns, words)
        }

        /// For each end the last of some starts.
        fn of_starts(&self, starts: impl Iterator<Item = usize>, patterns: &[Pattern], words: &[String]) -> Vec<Match> {
            let mut last = BTreeMap::new();
            for start in starts {
                let ends = patterns.iter().flat_map(|pattern| self.ends(pattern, words, start));
                ends.for_each(|end| _ = last.insert(end, start));
            }
            last.into_iter().map(|(end, start)| Match { start, end }).collect()
        }
    }

    fn words_of(text: &str) -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    }

    /// Patterns, and what some of their parts are.
    fn pattern(names: &'static [&'static str]) -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec!["data", "dat*", "keep", "k*", "user", "users", "we", "share"]);
        let part = if names.is_empty() {
            word.prop_map(str::to_owned).boxed()
        } else {
            prop_oneof![3 => word, 1 => prop::sample::select(names)].prop_map(str::to_owned).boxed()
        };
        let row = |part: BoxedStrategy<String>| {
            let gap = prop::sample::select(vec![" ", " ", " ", " ... ", " ...1 ", " ...3 "]);
            (part.clone(), prop::collection::vec((gap, part), 0..3))
                .prop_map(|(first, rest)| rest.into_iter().fold(first, |text, (gap, part)| text + gap + &part))
        };
        let part = part.prop_recursive(2, 12, 3, move |inner| {
            let options = prop::collection::vec(row(inner), 1..4);
            (options, any::<bool>())
                .prop_map(|(options, optional)| format!("({}){}", options.join("|"), if optional { "?" } else { "" }))
        });
        row(part.boxed())
    }

    /// Policies with headings, sentences, and items in items, made of the words that the patterns look for.
    fn policy() -> impl Strategy<Value = String> {
        let words = vec!["data", "dates", "keep", "kind", "user", "users", "we", "share", "bread"];
        let words = prop::collection::vec(prop::sample::select(words), 1..9).prop_map(|words| words.join(" "));
        let frame = prop::sample::select(vec![
            ("# ", ""),
            ("", "."),
            ("", "."),
            ("", ":"),
            ("We bake. ", ": or not. Or so."),
            ("- ", ""),
            // A line of links, which states nothing.
            ("[", "](#a)"),
            ("- ", ";"),
            ("  - ", "."),
        ]);
        let blocks = prop::collection::vec((frame, words), 1..14);
        let shown = |blocks: Vec<((&str, &str), String)>| {
            blocks.iter().map(|((before, after), words)| format!("{before}{words}{after}\n\n")).collect::<String>()
        };
        // The long ones take more than one tile.
        (blocks.prop_map(shown), prop_oneof![30 => Just(1), 1 => Just(60)]).prop_map(|(text, times)| text.repeat(times))
    }

    #[test]
    fn matches_overlap_where_they_share_a_word() {
        let of = |start, end| Match { start, end };
        for (one, other, overlap) in [
            (of(2, 4), of(3, 5), true),
            (of(2, 4), of(2, 3), true),
            (of(2, 4), of(4, 5), false),
            (of(2, 4), of(0, 2), false),
        ] {
            assert_eq!((one.overlaps(other), other.overlaps(one)), (overlap, overlap), "{one:?} {other:?}");
        }
    }

    /// Of a long document few tiles are kept as they were worked on, and what was let go is worked out again.
    #[test]
    fn a_long_document_is_asked_in_any_order() {
        const MANY: usize = 4000;
        let mut lexicon = Lexicon::new();
        let read = |text: &str, lexicon: &mut Lexicon| Pattern::parse(text, lexicon).unwrap();
        let vocabulary = BTreeMap::from([("one".to_owned(), vec![read("(our|your) data", &mut lexicon)])]);
        let (ids, programs, _) = compile_entries(&vocabulary, &mut lexicon, |_, _| {});
        let entry = |name: &str| ids.get(name).map(|id| programs[id.0].named(*id));
        let pattern = read("share <one>", &mut lexicon);
        let program = Compiler { entry: &entry }.compile([&pattern], &mut lexicon).unwrap();
        lexicon.close();
        let text = "We share your data.\n\nWe share your bread.\n\n".repeat(MANY);
        let document = Document::parse(&SourceFile::new("a", text.as_bytes()), Format::Markdown);
        let rooms = Rooms::default();
        let mut reading = Reading::new(&document, &lexicon, &programs, &rooms);
        assert!(reading.is_long());
        for clause in [0, 1, 2 * MANY - 1, 2 * MANY - 2, MANY, 0, 1].into_iter().chain(0..2 * MANY) {
            let found = if clause % 2 == 0 { vec![Match { start: 1, end: 4 }] } else { Vec::new() };
            assert_eq!(reading.in_clause(&program, ClauseId(clause)), found, "{clause}");
        }
        assert_eq!(reading.worked.len(), KEPT_TILES);
        assert_eq!(reading.tiles.iter().filter(|tile| tile.is_prepared(programs.len())).count(), KEPT_TILES);
        assert_eq!(reading.matches(&program).len(), MANY);
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_patterns_mean(
            texts in prop::collection::vec(pattern(&["<one>", "<two>"]), 1..3),
            one in prop::collection::vec(pattern(&[]), 1..3),
            two in prop::collection::vec(pattern(&["<one>"]), 1..3),
            policy in policy(),
            wanted in prop::sample::select(vec![Found::Statement, Found::Shortest, Found::Longest]),
            is_instead in any::<bool>(),
        ) {
            let mut lexicon = Lexicon::new();
            let mut read = |texts: &[String]| texts.iter().map(|text| Pattern::parse(text, &mut lexicon)).collect();
            let counted = |texts: &[String]| texts.iter().map(|text| text.replace("... ", "...2 ")).collect::<Vec<_>>();
            let (patterns, one, two): (Result<Vec<Pattern>, _>, Result<_, _>, Result<_, _>) =
                (read(&texts), read(&counted(&one)), read(&counted(&two)));
            // Some have no word that must be there, and are no patterns.
            let (Ok(patterns), Ok(one), Ok(two)) = (patterns, one, two) else { return Ok(()) };
            let vocabulary = BTreeMap::from([("one".to_owned(), one), ("two".to_owned(), two)]);
            let mut too_large = false;
            let (ids, programs, _) = compile_entries(&vocabulary, &mut lexicon, |_, _| too_large = true);
            if too_large {
                return Ok(());
            }
            let entry = |name: &str| ids.get(name).map(|id| programs[id.0].named(*id));
            let program = Compiler { entry: &entry }.compile(&patterns, &mut lexicon).unwrap();
            lexicon.close();

            let document = Document::parse(&SourceFile::new("a", policy.as_bytes()), Format::Markdown);
            let rooms = Rooms::default();
            let mut reading = Reading::new(&document, &lexicon, &programs, &rooms);
            let meaning = Meaning { lexicon: &lexicon, vocabulary: &vocabulary };
            let of = |id: &ClauseId| words_of(document.clause(*id).prose.text());
            let (mut expected, mut longest) = (Vec::new(), Vec::new());
            for (idx, clause) in document.clauses().iter().enumerate() {
                let id = ClauseId(idx);
                let lead_in: Vec<String> = clause.lead_in.iter().flat_map(of).collect();
                let words: Vec<String> = lead_in.iter().cloned().chain(of(&id)).collect();
                let matches = meaning.matches(&patterns, &words);
                prop_assert_eq!(reading.in_clause(&program, id), matches.clone(), "{:?}", words);
                let of_clause = meaning.longest(&patterns, &words);
                prop_assert_eq!(&reading.longest_in_clause(&program, id), &of_clause, "{:?}", words);
                prop_assert_eq!(reading.is_in_clause(&program, id), !matches.is_empty());
                let passage = reading.passage(id);
                for found in &matches {
                    prop_assert_eq!(passage.is_introduced(*found), found.start < lead_in.len());
                    let own = passage.own(*found).map(|at| words_of(&clause.prose.text()[at.start..at.end]));
                    let shown = &words[found.start.max(lead_in.len()).min(found.end)..found.end];
                    prop_assert_eq!(own, (found.end > lead_in.len()).then(|| shown.to_vec()));
                }
                if !matches.is_empty() && clause.kind.is_statement() {
                    expected.push((id, matches));
                    longest.push((id, of_clause));
                }
            }
            prop_assert_eq!(&reading.matches(&program), &expected);
            prop_assert_eq!(&reading.longest_matches(&program), &longest);
            prop_assert!(expected.is_empty() || reading.may_be_stated(&program));
            // A vocabulary entry is a program, too.
            let mut beside = reading.matches_among(&program, Among { may_match: Some(&programs[0]), clauses: None });
            beside.retain(|(id, _)| reading.is_in_clause(&programs[0], *id));
            let mut both = expected.clone();
            both.retain(|(id, _)| reading.is_in_clause(&programs[0], *id));
            prop_assert_eq!(beside, both);
            let odd = |id: ClauseId| id.0 % 2 == 1;
            let some = reading.matches_among(&program, Among { may_match: None, clauses: Some(&odd) });
            let expected_of_odd: Vec<_> = expected.iter().filter(|(id, _)| odd(*id)).cloned().collect();
            prop_assert_eq!(&some, &expected_of_odd);
            let mut other = Reading::new(&document, &lexicon, &programs, &rooms);
            other.run_ahead(&[
                Wanted { program: &programs[0], of: Found::Statement, instead_of: 0..0 },
                Wanted { program: &program, of: wanted, instead_of: 0..usize::from(is_instead) },
            ]);
            let some = other.matches_among(&program, Among { may_match: None, clauses: Some(&odd) });
            prop_assert_eq!(some, expected_of_odd);
            prop_assert_eq!(other.matches(&program), expected);
            prop_assert_eq!(other.longest_matches(&program), longest);
            prop_assert!(other.ahead.is_in_statement(&programs[0], ClauseId(0)).is_some());
            for id in (0..document.clauses().len()).map(ClauseId) {
                prop_assert_eq!(other.in_clause(&program, id), reading.in_clause(&program, id));
                prop_assert_eq!(other.longest_in_clause(&program, id), reading.longest_in_clause(&program, id));
                prop_assert_eq!(other.is_in_clause(&program, id), reading.is_in_clause(&program, id));
            }
            for (idx, section) in document.sections().iter().enumerate() {
                let heading = section.heading.as_ref().map_or("", |heading| heading.prose.text());
                let words = words_of(heading);
                let matches = meaning.matches(&patterns, &words);
                prop_assert_eq!(reading.in_heading(&program, idx), !matches.is_empty());
                prop_assert!(matches.is_empty() || reading.may_be_in_heading(&program));
                if let Some(with) = reading.headings_with(&program) {
                    prop_assert_eq!(with.contains(&idx), !matches.is_empty());
                }
                let places = reading.places_in_heading(&program, idx);
                let shown: Vec<Vec<String>> = places.iter().map(|at| words_of(&heading[at.start..at.end])).collect();
                let expected: Vec<Vec<String>> =
                    matches.iter().map(|found| words[found.start..found.end].to_vec()).collect();
                prop_assert_eq!(shown, expected);
            }
        }
    }
}
