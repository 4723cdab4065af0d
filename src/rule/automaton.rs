//! Regular expressions as the automata that search the first few texts: those of built-in ones are made when the program is
//! built, for it takes ten times as long to make one as to read it.

use regex_automata::nfa::thompson::{Builder, Compiler, Config, NFA, State, Transition, WhichCaptures};
use regex_automata::util::look::Look;
use regex_automata::util::primitives::StateID;
use regex_automata::util::syntax;

use super::numbers::{Frozen, Written};

/// How large an expression may be compiled, in bytes.
pub(super) const LARGEST_REGEX: usize = 1 << 20;

thread_local! {
    /// What makes automata. It grows by hundreds of kilobytes with the first expression that knows more than ASCII, and works
    /// with the same room for the next one.
    static COMPILER: Compiler = {
        let config = Config::new().which_captures(WhichCaptures::Implicit).nfa_size_limit(Some(LARGEST_REGEX));
        let mut compiler = Compiler::new();
        compiler.configure(config);
        compiler
    };
}

/// The automaton of an expression; nothing if it is none, or too large.
pub(super) fn automaton_of(regex: &str) -> Option<NFA> {
    let expression = syntax::parse(regex).ok()?;
    COMPILER.with(|compiler| compiler.build_from_hir(&expression).ok())
}

/// What kind a state is: the lowest bits of its first number. The bits above are its own.
const KIND_BITS: u32 = 3;
const RANGE: u32 = 0;
const RANGES: u32 = 1;
const LOOK: u32 = 2;
const UNION: u32 = 3;
const CAPTURE: u32 = 4;
const FAIL: u32 = 5;
const MATCH: u32 = 6;

/// How many bits a byte has.
const BYTE: u32 = 8;

/// Writes an automaton: whether it keeps to characters, where it starts with and without an anchor, its states.
pub(super) fn freeze(automaton: &NFA, written: &mut Written) {
    written.numbers.push(automaton.is_utf8().into());
    written.numbers.extend([automaton.start_anchored(), automaton.start_unanchored()].map(|state| state.as_u32()));
    written.count(automaton.states().len());
    for state in automaton.states() {
        let mut state_of = |kind: u32, own: u32, more: &[StateID]| {
            written.numbers.push(kind | own << KIND_BITS);
            written.numbers.extend(more.iter().map(StateID::as_u32));
        };
        match state {
            State::ByteRange { trans } => state_of(RANGE, bytes_of(trans), &[trans.next]),
            State::Sparse(ranges) => {
                state_of(RANGES, count(ranges.transitions.len()), &[]);
                written
                    .numbers
                    .extend(ranges.transitions.iter().flat_map(|range| [bytes_of(range), range.next.as_u32()]));
            }
            State::Look { look, next } => state_of(LOOK, look.as_repr(), &[*next]),
            State::Union { alternates } => state_of(UNION, count(alternates.len()), alternates),
            State::BinaryUnion { alt1, alt2 } => state_of(UNION, 2, &[*alt1, *alt2]),
            State::Capture { next, slot, .. } => state_of(CAPTURE, slot.as_u32(), &[*next]),
            State::Fail => state_of(FAIL, 0, &[]),
            State::Match { .. } => state_of(MATCH, 0, &[]),
            State::Dense(_) => unreachable!("internal: a compiler makes no dense states"),
        }
    }
}

/// Reads what [`freeze`] wrote.
pub(super) fn thaw(frozen: Frozen) -> NFA {
    rebuilt(frozen).expect("internal: an automaton that was built can be built again")
}

fn rebuilt(mut frozen: Frozen) -> Option<NFA> {
    let mut builder = Builder::new();
    builder.set_utf8(frozen.number() == 1);
    let (anchored, unanchored) = (state(frozen.number()), state(frozen.number()));
    builder.start_pattern().ok()?;
    for _ in 0..frozen.count() {
        let first = frozen.number();
        let own = first >> KIND_BITS;
        match first & ((1 << KIND_BITS) - 1) {
            RANGE => builder.add_range(range(own, frozen.number())).ok()?,
            RANGES => builder.add_sparse((0..own).map(|_| range(frozen.number(), frozen.number())).collect()).ok()?,
            LOOK => {
                let look = Look::from_repr(own).expect("internal: what was frozen is known");
                builder.add_look(state(frozen.number()), look).ok()?
            }
            UNION => builder.add_union((0..own).map(|_| state(frozen.number())).collect()).ok()?,
            // Of the two ends of a match.
            CAPTURE if own == 0 => builder.add_capture_start(state(frozen.number()), 0, None).ok()?,
            CAPTURE => builder.add_capture_end(state(frozen.number()), 0).ok()?,
            FAIL => builder.add_fail().ok()?,
            _ => builder.add_match().ok()?,
        };
    }
    builder.finish_pattern(anchored).ok()?;
    builder.build(anchored, unanchored).ok()
}

/// The bytes of a transition in one number.
fn bytes_of(transition: &Transition) -> u32 {
    u32::from(transition.start) | u32::from(transition.end) << BYTE
}

fn range(bytes: u32, next: u32) -> Transition {
    let byte = |at: u32| (bytes >> (at * BYTE)).to_le_bytes()[0];
    Transition { start: byte(0), end: byte(1), next: state(next) }
}

fn state(number: u32) -> StateID {
    StateID::try_from(number).expect("internal: what was frozen is a state")
}

fn count(count: usize) -> u32 {
    u32::try_from(count).expect("internal: an automaton is small")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_thawed_is_what_was_frozen() {
        for regex in [
            "",
            "a",
            "(?i)legal (basis|bases)[.:]?$",
            r"(?-u:\b)(?:[A-ZÀ-Þ][^ ,;]*[ ,]){1,6}(Ltd|GmbH)\.?(?-u:\B)",
            r"\bword\b|^(?m:^)x*?|[^\x00-\x{10FFFF}]",
            r"(?s-u:.)",
        ] {
            let Some(automaton) = automaton_of(regex) else { continue };
            let mut written = Written::default();
            freeze(&automaton, &mut written);
            let frozen = Frozen { numbers: written.numbers.leak(), text: "" };
            assert_eq!(format!("{:?}", thaw(frozen)), format!("{automaton:?}"), "{regex}");
        }
    }

    #[test]
    fn an_expression_that_is_too_large_has_no_automaton() {
        assert!(automaton_of(r"\w{1000}{100}").is_none());
        assert!(automaton_of("(").is_none());
    }
}
