//! What is worth keeping: values by key, made once and lent out for as long as a run lasts, while they fit into a budget of
//! bytes. First come, first kept: keys are asked for at random or in cycles, where no rule of eviction does better than none.
//! Knows nothing of what it keeps.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::Result;

/// Values by key. Cloning a value must be cheap.
#[derive(Debug)]
pub struct Keep<K, V> {
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

impl<K: Hash + Eq + Clone, V: Clone> Keep<K, V> {
    /// Keeps so many bytes at most.
    #[must_use]
    pub fn new(budget: usize) -> Self {
        let state = State { values: HashMap::new(), making: HashSet::new(), left: budget };
        Self { state: Mutex::new(state), made: Condvar::new() }
    }

    /// The value of a key. While one thread makes it, others that ask for the same key wait; once a value is known not to
    /// fit (`weigh` tells its bytes), each makes its own.
    ///
    /// # Errors
    /// What `make` answers; nothing is kept then.
    pub fn get(&self, key: &K, weigh: impl FnOnce(&V) -> usize, make: impl FnOnce() -> Result<V>) -> Result<V> {
        let waiting = |state: &mut State<K, V>| state.making.contains(key);
        let mut state = self.made.wait_while(self.lock(), waiting).unwrap_or_else(PoisonError::into_inner);
        match state.values.get(key) {
            Some(Some(value)) => return Ok(value.clone()),
            Some(None) => {
                drop(state);
                return make();
            }
            None => state.making.insert(key.clone()),
        };
        drop(state);
        let making = Making { keep: self, key };
        let value = make()?;
        let mut state = self.lock();
        let left = state.left.checked_sub(weigh(&value));
        state.left = left.unwrap_or(state.left);
        state.values.insert(key.clone(), left.map(|_| value.clone()));
        drop(state);
        drop(making);
        Ok(value)
    }

    fn lock(&self) -> MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets those that wait go on, whether the value was made or not.
struct Making<'a, K: Hash + Eq + Clone, V: Clone> {
    keep: &'a Keep<K, V>,
    key: &'a K,
}

impl<K: Hash + Eq + Clone, V: Clone> Drop for Making<'_, K, V> {
    fn drop(&mut self) {
        self.keep.lock().making.remove(self.key);
        self.keep.made.notify_all();
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
    fn ask(keep: &Keep<u32, u32>) -> u32 {
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
                        assert!(keep.get(&key, |_| 10, make).is_ok_and(|value| value == key * 10));
                    }
                });
            }
        });
        made.into_inner()
    }

    #[test]
    fn values_are_made_once_while_they_fit() {
        assert_eq!(ask(&Keep::new(80)), 8);
        let full = Keep::new(35);
        ask(&full);
        assert_eq!(ask(&full), 4 * 5, "three are kept, five are made by each");
    }

    #[test]
    fn a_failure_keeps_nothing_and_holds_nobody_up() {
        let keep = Keep::<u32, u32>::new(100);
        assert!(keep.get(&1, |_| 1, || Err(Error::encode("test", "no"))).is_err());
        let dead = thread::scope(|scope| scope.spawn(|| keep.get(&1, |_| 1, || panic!("dead"))).join());
        assert!(dead.is_err());
        assert!(keep.get(&1, |_| 1, || Ok(7)).is_ok_and(|value| value == 7));
    }
}
