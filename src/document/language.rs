//! The language that a document is written in, as far as it matters: whether rules written for one language can read it.

use whatlang::{Detector, Lang};

use super::Clause;

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, or too little text to tell.
    English,
    /// Another language: its ISO 639 code and its English name.
    Other {
        /// Two letters (ISO 639-1) where the language has such a code here, else three (ISO 639-3).
        code: &'static str,
        /// The name in English.
        name: &'static str,
    },
}

impl Language {
    /// The language with an ISO 639 code, as [`Self::code`] gives it.
    pub fn with_code(given: &str) -> Option<Self> {
        Lang::all().iter().copied().map(Self::from).find(|language| language.code() == given)
    }

    /// The name in English.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Other { name, .. } => name,
        }
    }

    /// The ISO 639 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Other { code, .. } => code,
        }
    }
}

/// The words that make up a good part of any English text, and of hardly any other.
const ENGLISH: [&str; 8] = ["the", "and", "you", "your", "our", "that", "with", "this"];

/// So many of them are a policy of their own, whatever stands beside it in other languages.
const ENOUGH_ENGLISH: usize = 120;

/// Shorter texts, in words, are taken for English.
const SHORTEST: usize = 40;

/// The language of a document's clauses, then those of sections that are in another one, in the order of their codes.
/// Names, links and quotations don't make a text English or anything else, so it is counted over all of it.
pub(super) fn of(clauses: &[Clause]) -> Vec<Language> {
    let whole = of_texts(clauses);
    let sections = clauses.chunk_by(|one, next| one.section == next.section);
    let mut others: Vec<Language> = sections.filter_map(of_section).filter(|language| *language != whole).collect();
    others.sort_by_key(|language| language.code());
    others.dedup();
    others.insert(0, whole);
    others
}

/// How many words there are, and how many of them make up English.
fn counts(clauses: &[Clause]) -> (usize, usize) {
    let (mut words, mut english) = (0_usize, 0_usize);
    for word in clauses.iter().flat_map(|clause| clause.prose.text().split(' ')) {
        words += 1;
        english += usize::from(ENGLISH.contains(&word) || ENGLISH.iter().any(|known| known.eq_ignore_ascii_case(word)));
    }
    (words, english)
}

fn of_texts(clauses: &[Clause]) -> Language {
    let (words, english) = counts(clauses);
    // English policies have 10 to 20 such words in a hundred. Only a text that has few is worth the slow look.
    if words < SHORTEST || 16 * english >= words || english >= ENOUGH_ENGLISH {
        return Language::English;
    }
    detect(clauses).unwrap_or(Language::English)
}

/// The language of a section that is long enough to tell.
fn of_section(clauses: &[Clause]) -> Option<Language> {
    let (words, english) = counts(clauses);
    if words < SHORTEST {
        return None;
    }
    if 16 * english >= words {
        return Some(Language::English);
    }
    // A list of names has hardly any such words, either.
    if 40 * english >= words { None } else { detect(clauses) }
}

fn detect(clauses: &[Clause]) -> Option<Language> {
    let texts = clauses.iter().take(200).map(|clause| clause.prose.text());
    let found = Detector::new().detect(&texts.collect::<Vec<_>>().join(" ")).filter(whatlang::Info::is_reliable)?;
    Some(Language::from(found.lang()))
}

impl From<Lang> for Language {
    fn from(language: Lang) -> Self {
        match language {
            Lang::Eng => Self::English,
            other => Self::Other { code: code(other), name: other.eng_name() },
        }
    }
}

fn code(language: Lang) -> &'static str {
    match language {
        Lang::Deu => "de",
        Lang::Fra => "fr",
        Lang::Spa => "es",
        Lang::Ita => "it",
        Lang::Por => "pt",
        Lang::Nld => "nl",
        Lang::Pol => "pl",
        Lang::Swe => "sv",
        Lang::Dan => "da",
        Lang::Nob => "nb",
        Lang::Fin => "fi",
        Lang::Ces => "cs",
        Lang::Hun => "hu",
        Lang::Ron => "ro",
        Lang::Ell => "el",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Tur => "tr",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Cmn => "zh",
        other => other.code(),
    }
}
