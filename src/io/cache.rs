//! A cache with a budget of bytes: values by key, made once and lent out for as long as a run lasts. First come, first kept:
//! keys are asked for at random or in cycles, where no rule of eviction does better than none. What it takes to know a key
//! counts too, so that its memory is bounded however many keys there are. Knows nothing of what it holds.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::Result;

/// Values by key. Cloning a value must be cheap.
#[derive(Debug)]
pub struct BudgetedCache<K, V> {
    state: Mutex<State<K, V>>,
    /// Signalled when a value was made, or could not be.
    made: Condvar,
}

#[derive(Debug)]
struct State<K, V> {
    /// None for a value that did not fit.
    values: HashMap<K, Option<V>>,
    making: HashSet<K>,
    /// Bytes of the budget that are left.
    left: usize,
}

impl<K, V> State<K, V> {
    /// Bytes of a key in the map, at the worst: a table that has just doubled is half as full as it may be at the most (7/8), and
    /// the one that it came from is still there.
    const ENTRY: usize = 4 * (size_of::<(K, Option<V>)>() + 1);
}

impl<K: Hash + Eq + Clone, V: Clone> BudgetedCache<K, V> {
    /// Holds so many bytes at most.
    #[must_use]
    pub fn new(budget: usize) -> Self {
        let state = State { values: HashMap::new(), making: HashSet::new(), left: budget };
        Self { state: Mutex::new(state), made: Condvar::new() }
    }

    /// The value of a key. While one thread makes it, others that ask for the same key wait; once a value is known not to
    /// fit (`weigh` tells the bytes that it holds on to beside its own), or no key more fits, each makes its own.
    ///
    /// # Errors
    /// What `make` answers; nothing is kept then.
    pub fn get(&self, key: &K, weigh: impl FnOnce(&V) -> usize, make: impl FnOnce() -> Result<V>) -> Result<V> {
        let waiting = |state: &mut State<K, V>| state.making.contains(key);
        let mut state = self.made.wait_while(self.lock(), waiting).unwrap_or_else(PoisonError::into_inner);
        match state.values.get(key) {
            Some(Some(value)) => return Ok(value.clone()),
            None if state.left >= State::<K, V>::ENTRY => {
                state.left -= State::<K, V>::ENTRY;
                state.making.insert(key.clone());
            }
            Some(None) | None => {
                drop(state);
                return make();
            }
        }
        drop(state);
        let mut making = Making { cache: self, key, known: false };
        let value = make()?;
        let mut state = self.lock();
        let left = state.left.checked_sub(weigh(&value));
        state.left = left.unwrap_or(state.left);
        state.values.insert(key.clone(), left.map(|_| value.clone()));
        drop(state);
        making.known = true;
        Ok(value)
    }

    fn lock(&self) -> MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets those that wait go on, whether the value was made or not.
struct Making<'a, K: Hash + Eq + Clone, V: Clone> {
    cache: &'a BudgetedCache<K, V>,
    key: &'a K,
    /// Whether the map has the key now.
    known: bool,
}

impl<K: Hash + Eq + Clone, V: Clone> Drop for Making<'_, K, V> {
    fn drop(&mut self) {
        let mut state = self.cache.lock();
        state.making.remove(self.key);
        if !self.known {
            state.left += State::<K, V>::ENTRY;
        }
        drop(state);
        self.cache.made.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;
    use std::time::Duration;

    /// Asks for each key of 0..8 from four threads at once; tells how often a value was made.
    fn ask(cache: &BudgetedCache<u32, u32>) -> u32 {
        let made = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for key in 0..8 {
                        let make = || {
                            made.fetch_add(1, Ordering::SeqCst);
                            thread::sleep(Duration::from_millis(2));
                            Ok(key * 10)
                        };
                        assert!(cache.get(&key, |_| 10, make).is_ok_and(|value| value == key * 10));
                    }
                });
            }
        });
        made.into_inner()
    }

    /// Bytes of a key and a value that holds ten more.
    const EACH: usize = State::<u32, u32>::ENTRY + 10;

    #[test]
    fn values_are_made_once_while_they_fit() {
        assert_eq!(ask(&BudgetedCache::new(8 * EACH)), 8);
        let full = BudgetedCache::new(3 * EACH + EACH / 2);
        ask(&full);
        assert_eq!(ask(&full), 4 * 5, "three are kept, five are made by each");
    }

    #[test]
    fn keys_have_their_bound_too() {
        for weight in [0, 1 << 30] {
            let cache = BudgetedCache::<u64, u64>::new(1 << 16);
            for key in 0..100_000 {
                assert!(cache.get(&key, |_| weight, || Ok(key)).is_ok_and(|value| value == key));
            }
            let state = cache.lock();
            assert!(state.values.capacity() * (size_of::<(u64, Option<u64>)>() + 1) <= 1 << 16, "{weight}");
            assert!(state.making.is_empty());
        }
    }

    #[test]
    fn a_failure_keeps_nothing_and_holds_nobody_up() {
        let cache = BudgetedCache::<u32, u32>::new(EACH);
        assert!(cache.get(&1, |_| 1, || Err(Error::encode("test", "no"))).is_err());
        let dead = thread::scope(|scope| scope.spawn(|| cache.get(&1, |_| 1, || panic!("dead"))).join());
        assert!(dead.is_err());
        assert!(cache.get(&1, |_| 1, || Ok(7)).is_ok_and(|value| value == 7));
    }
}
