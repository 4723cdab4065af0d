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

/// So many of its words are a policy of their own, whatever stands beside it in other languages.
const ENOUGH_ENGLISH: usize = 120;

/// Shorter texts, in words, are taken for English.
const SHORTEST: usize = 40;

/// So many clauses tell the language of a text.
const SAMPLE: usize = 200;

/// The language of a document's clauses, then those of sections that are in another one, in the order of their codes.
/// Names, links and quotations don't make a text English or anything else, so it is counted over all of it.
pub(super) fn of(clauses: &[Clause]) -> Vec<Language> {
    let sections = clauses.chunk_by(|one, next| one.section == next.section);
    let counted: Vec<(&[Clause], Counts)> = sections.map(|section| (section, Counts::of(section))).collect();
    let all = counted.iter().fold(Counts::default(), |all, (_, counts)| all.and(*counts));
    let whole = of_whole(clauses, all);
    let found = counted.into_iter().filter_map(|(section, counts)| of_section(section, counts));
    let mut others: Vec<Language> = found.filter(|language| *language != whole).collect();
    others.sort_by_key(|language| language.code());
    others.dedup();
    others.insert(0, whole);
    others
}

/// How many words a text has, and how many of them make up a good part of any English text, and of hardly any other.
#[derive(Clone, Copy, Default)]
struct Counts {
    words: usize,
    english: usize,
}

impl Counts {
    fn of(clauses: &[Clause]) -> Self {
        let mut counts = Self::default();
        for clause in clauses {
            let text = clause.prose.text().as_bytes();
            let mut start = 0;
            for end in memchr::memchr_iter(b' ', text).chain([text.len()]) {
                counts.words += 1;
                counts.english += usize::from(is_english(&text[start..end]));
                start = end + 1;
            }
        }
        counts
    }

    fn and(self, other: Self) -> Self {
        Self { words: self.words + other.words, english: self.english + other.english }
    }
}

fn is_english(word: &[u8]) -> bool {
    match *word {
        [a, b, c] => matches!(&[a, b, c].map(|byte| byte.to_ascii_lowercase()), b"the" | b"and" | b"you" | b"our"),
        [a, b, c, d] => {
            matches!(&[a, b, c, d].map(|byte| byte.to_ascii_lowercase()), b"your" | b"that" | b"with" | b"this")
        }
        _ => false,
    }
}

fn of_whole(clauses: &[Clause], counts: Counts) -> Language {
    let Counts { words, english } = counts;
    // English policies have 10 to 20 such words in a hundred. Only a text that has few is worth the slow look.
    if words < SHORTEST || 16 * english >= words || english >= ENOUGH_ENGLISH {
        return Language::English;
    }
    detect(clauses).unwrap_or(Language::English)
}

/// The language of a section that is long enough to tell.
fn of_section(clauses: &[Clause], counts: Counts) -> Option<Language> {
    let Counts { words, english } = counts;
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
    let texts: Vec<&str> = clauses.iter().take(SAMPLE).map(|clause| clause.prose.text()).collect();
    if is_german(&texts) {
        return Some(Language::from(Lang::Deu));
    }
    let found = Detector::new().detect(&texts.join(" ")).filter(whatlang::Info::is_reliable)?;
    Some(Language::from(found.lang()))
}

/// Whether a text has so many of the words that make up a good part of any German text, and of no other, that it need
/// not be looked at letter by letter, which takes a hundred times as long.
fn is_german(texts: &[&str]) -> bool {
    let (mut words, mut german) = (0_usize, 0_usize);
    for word in texts.iter().flat_map(|text| text.split(' ')) {
        words += 1;
        german += usize::from(matches!(
            word,
            "der"
                | "die"
                | "das"
                | "den"
                | "dem"
                | "des"
                | "und"
                | "oder"
                | "von"
                | "zu"
                | "zur"
                | "zum"
                | "wir"
                | "Wir"
                | "Sie"
                | "Ihre"
                | "Ihrer"
                | "Ihren"
                | "nicht"
                | "werden"
                | "wird"
                | "mit"
                | "f\u{FC}r"
                | "auf"
                | "bei"
                | "eine"
                | "einer"
                | "sind"
                | "ist"
                | "im"
                | "durch"
                | "nach"
                | "Die"
                | "Der"
        ));
    }
    6 * german >= words
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
