//! Checks of a document's form: what a phrase can't say, because it concerns dates, links, headings, order and layout.
//!
//! All of them hold back where the text can be read otherwise: readers of policies lose trust in a tool that nags, and
//! conversions break more than editors do. One problem is one finding, however many places show it.

mod addresses;
mod brackets;
mod breaks;
mod characters;
mod dates;
mod form;
mod headings;
mod leftovers;
mod links;
mod measures;
mod repeats;
mod terms;

use time::{Date, Duration};

pub(super) use form::Form;

use crate::document::{Clause, ClauseId, Document, Heading, Prose, ProseSpan};
use crate::rule::{Digest, StructureCheck};
use crate::source::{SourceFile, Span};

/// A place where the form is wrong.
pub(super) struct Flaw {
    /// Where.
    pub(super) span: Span,
    /// What is to be seen there; empty where the finding's own words say it all.
    pub(super) label: String,
    /// The words that the flaw is known by when the document is edited elsewhere.
    pub(super) words: String,
    /// Other places that explain it, each with what is to be seen there.
    pub(super) related: Vec<(Span, &'static str)>,
}

impl Flaw {
    fn at(span: Span, words: impl Into<String>) -> Self {
        Self { span, label: String::new(), words: words.into(), related: Vec::new() }
    }

    fn labelled(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    fn with_related(self, related: Vec<(Span, &'static str)>) -> Self {
        Self { related, ..self }
    }

    /// One flaw for a problem that shows in several places: at the first, with the next ones beside it, and a count
    /// of what they are. Nothing where there is no place.
    fn of_all(places: Vec<(Span, String)>, counted: &str) -> Option<Self> {
        let count = places.len();
        let mut places = places.into_iter();
        let (span, words) = places.next()?;
        let related = places.take(MORE_PLACES).map(|(span, _)| (span, "and here")).collect();
        let label = if count > 1 { format!("the first of {count} {counted}") } else { String::new() };
        Some(Self::at(span, words).labelled(label).with_related(related))
    }
}

/// How many places are shown of a problem besides the first.
const MORE_PLACES: usize = 3;

/// What the checks look at.
#[derive(Clone, Copy)]
pub(super) struct Subject<'s> {
    pub(super) source: &'s SourceFile,
    pub(super) document: &'s Document,
    /// What several checks ask of the document.
    pub(super) form: &'s Form<'s>,
    /// The day to reckon from, if one is known.
    pub(super) today: Option<Date>,
    /// How old it may be, where that is not what the rule says.
    pub(super) stale_after: Option<Duration>,
}

/// A heading or a clause.
#[derive(Clone, Copy)]
enum Unit<'s> {
    Heading(usize, &'s Heading),
    Clause(ClauseId, &'s Clause),
}

impl<'s> Unit<'s> {
    fn prose(self) -> &'s Prose {
        match self {
            Self::Heading(_, heading) => &heading.prose,
            Self::Clause(_, clause) => &clause.prose,
        }
    }

    fn text(self) -> &'s str {
        self.prose().text()
    }

    fn span(self) -> Span {
        match self {
            Self::Heading(_, heading) => heading.span,
            Self::Clause(_, clause) => clause.span,
        }
    }

    /// A stretch of its prose, as a place in the file with its words.
    fn place(self, stretch: ProseSpan) -> (Span, String) {
        (self.prose().span(stretch), self.text()[stretch.start..stretch.end].to_owned())
    }
}

/// Some clauses in a row.
#[derive(Clone, Copy)]
struct Run<'s> {
    /// The place of the first one.
    first: usize,
    clauses: &'s [Clause],
}

/// The clauses, parted where two next to each other don't belong together.
fn runs<'s>(clauses: &'s [Clause], belong: impl Fn(&Clause, &Clause) -> bool) -> impl Iterator<Item = Run<'s>> {
    let mut first = 0;
    clauses.chunk_by(belong).map(move |clauses| {
        let run = Run { first, clauses };
        first += clauses.len();
        run
    })
}

impl<'s> Subject<'s> {
    /// The headings and clauses in the order of the file.
    fn units(self) -> &'s [Unit<'s>] {
        self.form.units()
    }

    /// What the text of a heading or a clause holds.
    fn digest(self, unit: Unit<'s>) -> &'s Digest {
        match unit {
            Unit::Heading(section, _) => self.form.of_heading(section),
            Unit::Clause(id, _) => self.form.of_clause(id),
        }
    }

    /// The clauses that state something.
    fn statements(self) -> impl Iterator<Item = Unit<'s>> {
        let clauses = self.document.clauses().iter().enumerate();
        let statements = clauses.filter(|(_, clause)| clause.kind.is_statement());
        statements.map(|(idx, clause)| Unit::Clause(ClauseId(idx), clause))
    }

    /// The paragraphs, list items and table rows: the clauses of each, in the order of the file.
    fn blocks(self) -> impl Iterator<Item = Run<'s>> {
        runs(self.document.clauses(), |one, next| one.block == next.block)
    }

    /// What stands right under the headings: the clauses of each, in the order of the file.
    fn runs_of_sections(self) -> impl Iterator<Item = Run<'s>> {
        runs(self.document.clauses(), |one, next| one.section == next.section)
    }

    /// What the texts of some clauses hold, each.
    fn digests(self, run: Run<'_>) -> &'s [Digest] {
        &self.form.clauses()[run.first..run.first + run.clauses.len()]
    }

    /// How many words some clauses have.
    fn words(self, run: Run<'_>) -> usize {
        self.digests(run).iter().map(|digest| digest.words).sum()
    }

    /// How many bytes the letters and digits of some clauses take in lower case.
    fn key_length(self, run: Run<'_>) -> usize {
        self.digests(run).iter().map(|digest| digest.key_length).sum()
    }

    /// The clauses that introduce others: whether each does, by its place.
    fn introducing(self) -> Vec<bool> {
        let clauses = self.document.clauses();
        let mut introducing = vec![false; clauses.len()];
        clauses.iter().flat_map(|clause| &clause.lead_in).for_each(|id| introducing[id.0] = true);
        introducing
    }

    /// What is no text and starts at a byte or after it, in the order of the file.
    fn unread_from(self, byte: usize) -> &'s [Span] {
        let unread = self.document.unread();
        &unread[unread.partition_point(|unread| unread.start() < byte)..]
    }

    /// Whether something that is no text stands between two places.
    fn is_unread_between(self, from: Span, to: Span) -> bool {
        let mut between = self.unread_from(from.end()).iter().take_while(|unread| unread.start() <= to.start());
        between.any(|unread| unread.end() <= to.start())
    }

    /// Whether something that is no text stands after a place.
    fn is_unread_after(self, from: Span) -> bool {
        !self.unread_from(from.end()).is_empty()
    }

    /// Whether something that is no text stands in a place.
    fn is_unread_in(self, place: Span) -> bool {
        let mut inside = self.unread_from(place.start()).iter().take_while(|unread| unread.start() <= place.end());
        inside.any(|unread| unread.end() <= place.end())
    }
}

/// The text of a block.
fn text_of(block: &[Clause]) -> String {
    let texts: Vec<&str> = block.iter().map(|clause| clause.prose.text()).collect();
    texts.join(" ")
}

/// How many words a text has.
fn word_count(text: &str) -> usize {
    words(text).count()
}

/// The words of a text: what stands between spaces and holds a letter or a digit.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ').filter(|word| word.contains(char::is_alphanumeric))
}

/// Letters and digits alone, in lower case, to compare what is meant to be the same.
fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The flaws that a check finds, in the order of the file.
pub(super) fn flaws(check: &StructureCheck, subject: Subject<'_>) -> Vec<Flaw> {
    match check {
        StructureCheck::ImpossibleDate => dates::impossible(subject),
        StructureCheck::FutureDate { own } => dates::future(subject, own),
        StructureCheck::StaleDate { own, age } => dates::stale(subject, own, subject.stale_after.unwrap_or(*age)),
        StructureCheck::NoDate { own } => dates::none(subject, own),
        StructureCheck::Placeholder { words } => leftovers::placeholders(subject, words),
        StructureCheck::HiddenCharacter => characters::hidden(subject),
        StructureCheck::MixedScript => characters::mixed(subject),
        StructureCheck::MisdecodedText => leftovers::misdecoded(subject),
        StructureCheck::ExampleAddress { domains, except } => addresses::examples(subject, domains, except),
        StructureCheck::CutOffSentence { words } => breaks::cut_off(subject, words),
        StructureCheck::MissingList { words } => breaks::missing_lists(subject, words),
        StructureCheck::UnbalancedBracket => brackets::unbalanced(subject),
        StructureCheck::UnbalancedQuote => brackets::unclosed_quotes(subject),
        StructureCheck::RepeatedHeading => repeats::headings(subject),
        StructureCheck::QuestionInList => headings::questions_in_lists(subject),
        StructureCheck::RepeatedParagraph { words } => repeats::paragraphs(subject, *words),
        StructureCheck::MissingHeading { headings } => headings::missing(subject, headings),
        StructureCheck::MisplacedHeading { order } => headings::misplaced(subject, order),
        StructureCheck::EmptySection => headings::empty(subject),
        StructureCheck::BrokenReference { words } => headings::broken_references(subject, words),
        StructureCheck::BrokenContentsEntry => headings::broken_contents(subject),
        StructureCheck::BrokenAnchor => links::broken_anchors(subject),
        StructureCheck::EmptyLink => links::empty(subject),
        StructureCheck::LongSentence { words } => measures::long_sentences(subject, *words),
        StructureCheck::LongSection { words } => measures::long_sections(subject, *words),
        StructureCheck::HardSection { words, lix } => measures::hard_sections(subject, *words, *lix),
        StructureCheck::UndefinedTerm { terms, defining } => terms::undefined(subject, terms, defining),
        StructureCheck::UnusedTerm { defining } => terms::unused(subject, defining),
        StructureCheck::UndefinedAcronym { acronyms } => terms::undefined_acronyms(subject, acronyms),
        // `crate::suppress` finds these, when all rules have run.
        StructureCheck::UnusedSuppression
        | StructureCheck::ExpiredSuppression
        | StructureCheck::MalformedSuppression => Vec::new(),
    }
}
