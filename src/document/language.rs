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

/// The language of a document's clauses. Names, links and quotations in English don't make a text English, so it is
/// counted over all of it.
pub(super) fn of(clauses: &[Clause]) -> Language {
    let texts = || clauses.iter().map(|clause| clause.prose.text());
    let (mut words, mut english) = (0_usize, 0_usize);
    for word in texts().flat_map(|text| text.split(' ')) {
        words += 1;
        english += usize::from(ENGLISH.contains(&word) || ENGLISH.iter().any(|known| known.eq_ignore_ascii_case(word)));
    }
    // English policies have 10 to 20 such words in a hundred. Only a text that has few is worth the slow look.
    if words < SHORTEST || 16 * english >= words || english >= ENOUGH_ENGLISH {
        return Language::English;
    }
    let sample: String = texts().take(200).collect::<Vec<_>>().join(" ");
    match Detector::new().detect(&sample) {
        Some(found) if found.is_reliable() && found.lang() != Lang::Eng => {
            Language::Other { code: code(found.lang()), name: found.lang().eng_name() }
        }
        _ => Language::English,
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
