//! Work on several threads, whose results are taken in order.
//!
//! The items are handed out in their order, and what comes of them is taken in that order, whatever the timing: what a run
//! writes does not depend on the number of threads. No thread works further ahead of what has been taken than
//! [`LOOK_AHEAD`] tells, so that memory does not grow with the number of items.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How many items there may be for each thread that are worked on or not yet taken. A file that takes long holds up those
/// behind it, and no more than these.
const LOOK_AHEAD: usize = 8;

/// How long to wait for a result before saying that there is none yet.
const PATIENCE: Duration = Duration::from_millis(100);

/// What there is to take.
pub(super) enum Turn<T> {
    /// What came of the next item.
    Done(T),
    /// Nothing yet.
    Waiting,
}

/// Works on items on several threads, and takes what comes of them, in order, on this one. Where `take` breaks off, no
/// further item is begun, and this returns when those that are begun are done.
pub(super) fn in_order<I: Send, T: Send>(
    items: impl Iterator<Item = I> + Send,
    threads: NonZeroUsize,
    work: impl Fn(I) -> T + Sync,
    mut take: impl FnMut(Turn<T>) -> ControlFlow<()>,
) {
    // No more threads than there are items, where that is known.
    let most = items.size_hint().1.and_then(NonZeroUsize::new);
    let threads = most.map_or(threads, |most| most.min(threads));
    let source = Mutex::new(items.fuse().enumerate());
    let line = Line { ahead: threads.saturating_mul(NonZeroUsize::MIN.saturating_add(LOOK_AHEAD - 1)), ..Line::new() };
    thread::scope(|scope| {
        let serve = || {
            let _watch = Watch(&line);
            while let Some((place, item)) = next(&source, &line) {
                line.put(place, work(item));
            }
        };
        // Where the system has not as many threads to give, fewer will do.
        let begun = (0..threads.get()).take_while(|_| thread::Builder::new().spawn_scoped(scope, serve).is_ok());
        if begun.count() == 0 {
            while let Some((place, item)) = next(&source, &line) {
                line.put(place, work(item));
                if line.turn().is_some_and(|turn| take(turn).is_break()) {
                    break;
                }
            }
            return;
        }
        while let Some(turn) = line.turn() {
            if take(turn).is_break() {
                break;
            }
        }
        line.stop();
    });
}

/// The next item, with its place. Only one thread at a time waits for it; the others work, or deliver, meanwhile.
fn next<I, T>(source: &Mutex<impl Iterator<Item = (usize, I)>>, line: &Line<T>) -> Option<(usize, I)> {
    let mut source = locked(source);
    if !line.has_room() {
        return None;
    }
    let next = source.next();
    line.given(next.is_some());
    next
}

/// What is between the threads that work and the one that takes.
struct Line<T> {
    /// How many items may be given out that are not yet taken.
    ahead: NonZeroUsize,
    state: Mutex<State<T>>,
    /// The next result is there, or will never be.
    ready: Condvar,
    /// There is room for another item, or there will be none.
    room: Condvar,
}

struct State<T> {
    /// The results, by the places of their items.
    done: BTreeMap<usize, T>,
    /// How many items have been given out.
    given: usize,
    /// How many results have been taken.
    taken: usize,
    /// Whether no further item will be given out.
    ended: bool,
    /// Whether a thread has panicked, so that its result will never be there.
    broken: bool,
}

impl<T> Line<T> {
    fn new() -> Self {
        let state = State { done: BTreeMap::new(), given: 0, taken: 0, ended: false, broken: false };
        Self { ahead: NonZeroUsize::MIN, state: Mutex::new(state), ready: Condvar::new(), room: Condvar::new() }
    }

    /// Waits until another item may be given out; false if none will be.
    fn has_room(&self) -> bool {
        let is_full = |state: &mut State<T>| !state.ended && state.given - state.taken >= self.ahead.get();
        let state = self.room.wait_while(locked(&self.state), is_full).unwrap_or_else(PoisonError::into_inner);
        !state.ended
    }

    /// Notes that an item was given out, or that there was none.
    fn given(&self, was_there: bool) {
        let mut state = locked(&self.state);
        if was_there {
            state.given += 1;
        } else {
            state.ended = true;
            self.ready.notify_one();
            self.room.notify_all();
        }
    }

    fn put(&self, place: usize, result: T) {
        let mut state = locked(&self.state);
        state.done.insert(place, result);
        if place == state.taken {
            self.ready.notify_one();
        }
    }

    /// What there is to take; nothing at the end.
    fn turn(&self) -> Option<Turn<T>> {
        let is_pending = |state: &mut State<T>| {
            let is_over = state.ended && state.taken == state.given;
            !is_over && !state.broken && !state.done.contains_key(&state.taken)
        };
        let waited = self.ready.wait_timeout_while(locked(&self.state), PATIENCE, is_pending);
        let (mut state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            return Some(Turn::Waiting);
        }
        let taken = state.taken;
        let result = state.done.remove(&taken)?;
        state.taken += 1;
        self.room.notify_all();
        Some(Turn::Done(result))
    }

    fn stop(&self) {
        let mut state = locked(&self.state);
        state.ended = true;
        self.room.notify_all();
    }
}

/// Lets the thread that takes know of a panic, which it then passes on; it would wait for ever.
struct Watch<'l, T>(&'l Line<T>);

impl<T> Drop for Watch<'_, T> {
    fn drop(&mut self) {
        if thread::panicking() {
            let mut state = locked(&self.0.state);
            state.broken = true;
            state.ended = true;
            self.0.ready.notify_one();
            self.0.room.notify_all();
        }
    }
}

/// A thread that panics holds no lock while it works, so what is locked is whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn threads(count: usize) -> NonZeroUsize {
        NonZeroUsize::new(count).unwrap()
    }

    fn taken(items: usize, count: usize, work: impl Fn(usize) -> usize + Sync) -> Vec<usize> {
        let mut taken = Vec::new();
        in_order(0..items, threads(count), work, |turn| {
            if let Turn::Done(result) = turn {
                taken.push(result);
            }
            ControlFlow::Continue(())
        });
        taken
    }

    #[test]
    fn results_come_in_the_order_of_the_items() {
        // The first of every eight takes longest.
        let uneven = |item: usize| {
            thread::sleep(Duration::from_micros(if item.is_multiple_of(8) { 2000 } else { 50 }));
            item * 2
        };
        for count in [1, 2, 7] {
            assert_eq!(taken(100, count, uneven), (0..100).map(|item| item * 2).collect::<Vec<_>>());
        }
        assert_eq!(taken(0, 3, uneven), Vec::<usize>::new());
    }

    #[test]
    fn no_thread_runs_far_ahead_of_what_is_taken() {
        let begun = AtomicUsize::new(0);
        let mut taken = 0;
        let work = |_| begun.fetch_add(1, Ordering::SeqCst);
        in_order(0..500, threads(3), work, |turn| {
            if let Turn::Done(_) = turn {
                taken += 1;
                assert!(begun.load(Ordering::SeqCst) <= taken + 3 * LOOK_AHEAD);
            }
            ControlFlow::Continue(())
        });
        assert_eq!(taken, 500);
    }

    #[test]
    fn nothing_is_begun_after_a_break() {
        let begun = AtomicUsize::new(0);
        let work = |item| {
            begun.fetch_add(1, Ordering::SeqCst);
            item
        };
        in_order(0.., threads(2), work, |turn| match turn {
            Turn::Done(9) => ControlFlow::Break(()),
            Turn::Done(_) | Turn::Waiting => ControlFlow::Continue(()),
        });
        assert!(begun.load(Ordering::SeqCst) <= 10 + 2 * LOOK_AHEAD);
    }

    /// A program that writes one line and waits for the answer would else wait for ever.
    #[test]
    fn a_result_is_taken_while_the_next_item_is_waited_for() {
        let (ask, asked) = std::sync::mpsc::channel();
        ask.send(0).unwrap();
        let mut ask = Some(ask);
        let mut taken = Vec::new();
        in_order(
            asked.into_iter(),
            threads(2),
            |item: usize| item,
            |turn| match (turn, &ask) {
                (Turn::Done(item), Some(answer)) if item < 3 => {
                    taken.push(item);
                    answer.send(item + 1).unwrap();
                    ControlFlow::Continue(())
                }
                (Turn::Done(_), _) => {
                    // What is waited for after the break has to end, since nothing else can end the wait. One more item
                    // would not do: a thread that was done with it before the break is known would wait again.
                    ask = None;
                    ControlFlow::Break(())
                }
                (Turn::Waiting, _) => ControlFlow::Continue(()),
            },
        );
        assert_eq!(taken, [0, 1, 2]);
    }

    #[test]
    fn a_panic_is_passed_on() {
        let run = || taken(50, 2, |item| if item == 20 { panic!("internal: meant to") } else { item });
        assert!(std::panic::catch_unwind(run).is_err());
    }
}
