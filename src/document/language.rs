//! The language that a document is written in, as far as it matters: whether rules written for one language can read it.

use whatlang::{Detector, Lang, Script};

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

/// The same for texts in other scripts than Latin, in bytes.
const SHORTEST_FOREIGN: usize = 120;

/// So many clauses tell the language of a text.
const SAMPLE: usize = 200;

/// How many bytes are looked at in one go, and how many after each of them: a space, the longest word that counts, and a
/// space.
const AT_ONCE: usize = 128;
const REACH: usize = 5;

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
        // All words stand between two spaces, and what is counted at once is never cut short.
        let length = clauses.iter().map(|clause| clause.prose.text().len() + 1).sum::<usize>();
        let mut text = Vec::with_capacity(length + 1 + AT_ONCE + REACH);
        text.push(b' ');
        for clause in clauses {
            text.extend_from_slice(clause.prose.text().as_bytes());
            text.push(b' ');
        }
        let end = text.len();
        text.resize(end + AT_ONCE + REACH, 0);
        let mut counts = Self::default();
        for start in (0..end).step_by(AT_ONCE) {
            if let Some(part) = text[start..].first_chunk() {
                counts = counts.and(Self::of_part(part));
            }
        }
        // No word comes after the last space.
        Self { words: counts.words - 1, ..counts }
    }

    /// Counts the words after the first [`AT_ONCE`] bytes that are spaces, in a way that is done for many at a time.
    fn of_part(part: &[u8; AT_ONCE + REACH]) -> Self {
        let (mut words, mut english) = (0_u8, 0_u8);
        for idx in 0..AT_ONCE {
            let starts = part[idx] == b' ';
            let small = |letter: usize| part[idx + letter] | 0x20;
            let is = |word: &[u8; 3]| (small(1) == word[0]) & (small(2) == word[1]) & (small(3) == word[2]);
            let three = (is(b"the") | is(b"and") | is(b"you") | is(b"our")) & (part[idx + 4] == b' ');
            let four = (is(b"you") & (small(4) == b'r'))
                | (is(b"tha") & (small(4) == b't'))
                | (is(b"wit") & (small(4) == b'h'))
                | (is(b"thi") & (small(4) == b's'));
            words += u8::from(starts);
            english += u8::from(starts & (three | (four & (part[idx + 5] == b' '))));
        }
        Self { words: usize::from(words), english: usize::from(english) }
    }

    fn and(self, other: Self) -> Self {
        Self { words: self.words + other.words, english: self.english + other.english }
    }
}

fn words(text: &str) -> impl Iterator<Item = &[u8]> {
    text.as_bytes().split(|byte| *byte == b' ')
}

fn of_whole(clauses: &[Clause], counts: Counts) -> Language {
    let Counts { words, english } = counts;
    // English policies have 10 to 20 such words in a hundred. Only a text that has few is worth the slow look.
    if words >= SHORTEST && (16 * english >= words || english >= ENOUGH_ENGLISH) {
        return Language::English;
    }
    let found = if words < SHORTEST { None } else { detect(clauses) };
    found.or_else(|| by_script(clauses)).unwrap_or(Language::English)
}

/// The language of a section that is long enough to tell.
fn of_section(clauses: &[Clause], counts: Counts) -> Option<Language> {
    let Counts { words, english } = counts;
    if words < SHORTEST {
        return by_script(clauses);
    }
    if 16 * english >= words {
        return Some(Language::English);
    }
    // A list of names has hardly any such words, either.
    if 40 * english >= words { None } else { detect(clauses).or_else(|| by_script(clauses)) }
}

/// The language of a text that is in another script than Latin for the most part. Many are written without spaces, so words
/// tell nothing of their length; and however short it is, it is no English.
fn by_script(clauses: &[Clause]) -> Option<Language> {
    let texts = || clauses.iter().take(SAMPLE).map(|clause| clause.prose.text());
    let foreign = |text: &str| text.bytes().filter(|byte| !byte.is_ascii()).count();
    let (length, foreign) = texts().fold((0, 0), |(all, others), text| (all + text.len(), others + foreign(text)));
    // Letters of other scripts take two bytes and more; of those in Latin that do, no language has so many.
    if foreign < SHORTEST_FOREIGN || 2 * foreign < length {
        return None;
    }
    let found = Detector::new().detect(&texts().collect::<Vec<_>>().join(" "))?;
    (found.script() != Script::Latin).then(|| Language::from(found.lang()))
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
    for word in texts.iter().flat_map(|text| self::words(text)) {
        words += 1;
        #[rustfmt::skip]
        let known = matches!(
            word,
            b"der" | b"die" | b"das" | b"den" | b"dem" | b"des" | b"und" | b"oder" | b"von" | b"zu" | b"zur" | b"zum"
                | b"wir" | b"Wir" | b"Sie" | b"Ihre" | b"Ihrer" | b"Ihren" | b"nicht" | b"werden" | b"wird" | b"mit"
                | b"f\xC3\xBCr" | b"auf" | b"bei" | b"eine" | b"einer" | b"sind" | b"ist" | b"im" | b"durch" | b"nach"
                | b"Die" | b"Der"
        );
        german += usize::from(known);
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

#[cfg(test)]
mod tests {
    use super::super::{Document, Format};
    use super::*;
    use crate::source::SourceFile;

    #[test]
    fn words_are_counted_wherever_they_stand() {
        const ENGLISH: [&str; 8] = ["the", "and", "you", "your", "our", "that", "with", "this"];
        for shift in 0..9 {
            let filler = "x".repeat(shift);
            let line = format!(
                "The {filler} AND thee yours you, your OUR\u{E9} that's with This tha\u{F6} y our youn than wits thin yous thot. "
            );
            let source = SourceFile::new("a", line.repeat(30).as_bytes());
            let document = Document::parse(&source, Format::Plain);
            let words = || document.clauses().iter().flat_map(|clause| clause.prose.text().split(' '));
            let english = words().filter(|word| ENGLISH.iter().any(|known| known.eq_ignore_ascii_case(word))).count();
            let counts = Counts::of(document.clauses());
            assert_eq!((counts.words, counts.english), (words().count(), english));
        }
    }

    #[test]
    fn german_is_known_by_its_words_and_others_by_their_letters() {
        let language = |sentence: &str| {
            let source = SourceFile::new("a", sentence.repeat(12).as_bytes());
            Document::parse(&source, Format::Plain).language().code()
        };
        assert_eq!(language("Wir verarbeiten Ihre Daten nur f\u{FC}r den Zweck, den Sie uns nennen. "), "de");
        assert_eq!(language("Nous traitons vos donn\u{E9}es uniquement dans le but que vous nous indiquez. "), "fr");
        assert_eq!(language("Wij verwerken uw gegevens alleen voor het doel dat u ons noemt. "), "nl");
        assert_eq!(language("We process your data only for the purpose that you name. "), "en");
    }

    #[test]
    fn a_language_has_a_name_and_a_code_that_leads_back_to_it() {
        let named = |code: &str| Language::with_code(code).map(|language| (language.code(), language.name()));
        for (code, name) in [
            ("en", "English"),
            ("de", "German"),
            ("fr", "French"),
            ("es", "Spanish"),
            ("it", "Italian"),
            ("pt", "Portuguese"),
            ("nl", "Dutch"),
            ("pl", "Polish"),
            ("sv", "Swedish"),
            ("da", "Danish"),
            ("nb", "Bokmal"),
            ("fi", "Finnish"),
            ("cs", "Czech"),
            ("hu", "Hungarian"),
            ("ro", "Romanian"),
            ("el", "Greek"),
            ("ru", "Russian"),
            ("uk", "Ukrainian"),
            ("tr", "Turkish"),
            ("ja", "Japanese"),
            ("ko", "Korean"),
            ("zh", "Mandarin"),
            ("lat", "Latin"),
        ] {
            assert_eq!(named(code), Some((code, name)));
        }
        assert_eq!(Language::with_code("xx"), None);
        assert_eq!(Language::with_code("deu"), None);
    }

    #[test]
    fn a_text_that_is_too_short_or_has_enough_english_is_english() {
        let language = |text: &str| {
            let source = SourceFile::new("a", text.as_bytes());
            Document::parse(&source, Format::Plain).language().code()
        };
        let german = "Wir verarbeiten Ihre Daten nur für den Zweck, den Sie uns nennen. ";
        // A sentence has eleven words: of four it has 44, of three too few to tell.
        assert_eq!(language(&german.repeat(4)), "de");
        assert_eq!(language(&german.repeat(3)), "en");
        // One word in sixteen is English enough, one in seventeen is not.
        let and = |others: usize| format!("and {}", "Datenschutz ".repeat(others)).repeat(6);
        assert_eq!(language(&and(15)), "en");
        assert_eq!(language(&and(16)), "de");
        // A policy in English within one that is much longer.
        let english = "and you ".repeat(59);
        let long = german.repeat(400);
        assert_eq!(language(&format!("{long}{english}")), "de");
        assert_eq!(language(&format!("{long}{english}and you ")), "en");
    }

    #[test]
    fn other_scripts_are_no_english_however_few_their_words() {
        let languages = |text: &str| {
            let source = SourceFile::new("a", text.as_bytes());
            let document = Document::parse(&source, Format::Plain);
            document.languages().iter().map(|language| language.code()).collect::<Vec<_>>()
        };
        for (sentence, code) in [
            ("我们仅为您指定的目的处理您的个人数据，并在此说明您的权利。", "zh"),
            ("私たちはお客様が示した目的のためだけに個人データを取り扱います。", "ja"),
            ("우리는 귀하가 알려 준 목적을 위해서만 개인 데이터를 처리합니다. ", "ko"),
            ("Мы обрабатываем ваши данные только для той цели, которую вы назвали. ", "ru"),
            ("เราประมวลผลข้อมูลของคุณเพื่อวัตถุประสงค์ที่คุณระบุเท่านั้น ", "tha"),
            ("Επεξεργαζόμαστε τα δεδομένα σας μόνο για τον σκοπό που αναφέρετε. ", "el"),
        ] {
            assert_eq!(languages(&sentence.repeat(3)), [code], "{sentence}");
            // A name or two in another script tell nothing.
            let name: String = sentence.chars().take(8).collect();
            assert_eq!(languages(&format!("Acme {name} Ltd")), ["en"]);
            let english = "We process your data only for the purpose that you name, and with your consent. ".repeat(9);
            assert_eq!(languages(&format!("PRIVACY\n\n{english}\n\nOTHERS\n\n{}", sentence.repeat(3))), ["en", code]);
        }
    }

    #[test]
    fn a_section_in_another_language_is_told() {
        let language = |text: &str| {
            let source = SourceFile::new("a", text.as_bytes());
            Document::parse(&source, Format::Markdown)
                .languages()
                .iter()
                .map(|language| language.code())
                .collect::<Vec<_>>()
        };
        let english =
            "# Privacy\n\nWe process your data only for the purpose that you name, and with your consent. ".repeat(9);
        let german = "\n\n# Datenschutz\n\nWir verarbeiten Ihre Daten nur für den Zweck, den Sie uns nennen. ";
        let french =
            "\n\n# Confidentialité\n\nNous traitons vos données uniquement dans le but que vous nous indiquez. ";
        let more = |text: &str, sentence: &str, times: usize| format!("{text}{}", sentence.repeat(times));
        let german = |times| more(german, "Wir verarbeiten Ihre Daten nur für den Zweck, den Sie uns nennen. ", times);
        let french =
            |times| more(french, "Nous traitons vos données uniquement dans le but que vous nous indiquez. ", times);
        assert_eq!(language(&format!("{english}{}{}", french(4), german(4))), ["en", "de", "fr"]);
        assert_eq!(language(&format!("{english}{}{}", german(1), french(1))), ["en"]);
        // A list of names is no language.
        let names = format!("\n\n# Vendors\n\n{}", "Acme Datenschutz GmbH, Example Oy, ".repeat(20));
        assert_eq!(language(&format!("{english}{names}")), ["en"]);
    }
}
