//! Turns, for encoders of which only so many may be open in a process.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many encoders of a name are open, and how many may be.
struct Kind {
    open: usize,
    most: usize,
}

static KINDS: Mutex<BTreeMap<String, Kind>> = Mutex::new(BTreeMap::new());

/// Signalled when an encoder was closed.
static CLOSED: Condvar = Condvar::new();

/// The right to have one such encoder open, given up when it is dropped. No thread may hold two.
#[derive(Debug)]
pub(super) struct Permit(String);

impl Permit {
    /// Waits while `most` encoders of this name are open.
    pub(super) fn take(name: &str, most: usize) -> Self {
        let full = |kinds: &mut BTreeMap<String, Kind>| {
            let kind = kinds.entry(name.to_owned()).or_insert(Kind { open: 0, most });
            kind.open >= kind.most
        };
        let mut kinds = CLOSED.wait_while(lock(), full).unwrap_or_else(PoisonError::into_inner);
        if let Some(kind) = kinds.get_mut(name) {
            kind.open += 1;
        }
        Self(name.to_owned())
    }

    /// Gives up the permit of an encoder that did not open. Returns whether to take another permit: others are open, and how many
    /// there may be was not known (NVIDIA's drivers allow 2, 3, 5 or 8 on GeForce cards, all processes together).
    pub(super) fn refused(self) -> bool {
        let mut kinds = lock();
        let Some(kind) = kinds.get_mut(&self.0) else { return false };
        let others = kind.open - 1;
        if others > 0 {
            kind.most = kind.most.min(others);
        }
        others > 0
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(kind) = lock().get_mut(&self.0) {
            kind.open -= 1;
        }
        CLOSED.notify_all();
    }
}

fn lock() -> MutexGuard<'static, BTreeMap<String, Kind>> {
    KINDS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    /// The most that were open at a time of 20 on 10 threads, where the card takes `card` and the table says `most`.
    fn most_open(name: &'static str, most: usize, card: usize) -> usize {
        let (open, peak, refusals) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..10 {
                scope.spawn(|| {
                    for _ in 0..2 {
                        loop {
                            let permit = Permit::take(name, most);
                            if open.fetch_add(1, Ordering::SeqCst) < card {
                                peak.fetch_max(open.load(Ordering::SeqCst).min(card), Ordering::SeqCst);
                                thread::sleep(Duration::from_millis(2));
                                open.fetch_sub(1, Ordering::SeqCst);
                                break;
                            }
                            open.fetch_sub(1, Ordering::SeqCst);
                            refusals.fetch_add(1, Ordering::SeqCst);
                            assert!(permit.refused());
                        }
                    }
                });
            }
        });
        assert!(refusals.into_inner() <= if card < most { 10 } else { 0 });
        peak.into_inner()
    }

    #[test]
    fn no_more_are_open_than_may_be() {
        assert_eq!(most_open("three", 3, 100), 3);
        assert_eq!(most_open("one", 1, 100), 1);
    }

    #[test]
    fn a_card_that_takes_fewer_is_not_asked_for_more() {
        assert_eq!(most_open("card", 8, 3), 3);
    }

    #[test]
    fn the_only_one_is_refused_for_good() {
        assert!(!Permit::take("bad", 8).refused());
    }
}
