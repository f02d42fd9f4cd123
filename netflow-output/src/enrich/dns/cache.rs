//! Answers that are kept for a while.

use alloc::sync::Arc;
use core::net::IpAddr;
use std::collections::HashMap;
use std::time::Instant;

/// What is known of an address.
#[derive(Debug, Clone)]
pub(super) enum Known {
    /// Its name.
    Name(Arc<str>),
    /// It has none, or nobody answered.
    Nothing,
    /// It was asked for.
    Asked,
}

/// Answers of two generations: when the younger is full, it becomes the older, which is forgotten as a whole.
/// Answers in use move to the younger one. So old answers are forgotten without a search for them.
#[derive(Debug)]
pub(super) struct NameCache {
    young: HashMap<IpAddr, CachedAnswer>,
    old: HashMap<IpAddr, CachedAnswer>,
    /// Answers of each generation at most.
    most: usize,
}

#[derive(Debug, Clone)]
struct CachedAnswer {
    known: Known,
    /// When it has to be asked for again; nothing while it is being asked for.
    until: Option<Instant>,
}

impl NameCache {
    /// A cache of this many answers at most.
    pub(super) fn new(most: usize) -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            most: (most / 2).max(1),
        }
    }

    /// What is known of an address now.
    pub(super) fn get(&mut self, address: IpAddr, now: Instant) -> Option<Known> {
        let is_valid = |answer: &&CachedAnswer| answer.until.is_none_or(|until| now < until);
        if let Some(answer) = self.young.get(&address) {
            return Some(answer).filter(is_valid).map(|one| one.known.clone());
        }
        let answer = self.old.get(&address).filter(is_valid)?.clone();
        let known = answer.known.clone();
        self.insert(address, answer);
        Some(known)
    }

    /// An address is asked for.
    pub(super) fn ask(&mut self, address: IpAddr) {
        let (known, until) = (Known::Asked, None);
        self.insert(address, CachedAnswer { known, until });
    }

    /// The answer for an address, and until when it is valid.
    pub(super) fn answer(&mut self, address: IpAddr, name: Option<Arc<str>>, until: Instant) {
        let known = name.map_or(Known::Nothing, Known::Name);
        let until = Some(until);
        self.insert(address, CachedAnswer { known, until });
    }

    fn insert(&mut self, address: IpAddr, answer: CachedAnswer) {
        if self.young.len() >= self.most && !self.young.contains_key(&address) {
            self.old = core::mem::take(&mut self.young);
        }
        self.young.insert(address, answer);
    }
}

#[cfg(test)]
mod tests {
    use core::net::{IpAddr, Ipv4Addr};
    use core::time::Duration;
    use std::time::Instant;

    use super::{Known, NameCache};

    fn address(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(number).into()
    }

    #[test]
    fn no_more_answers_are_kept_than_asked_and_those_in_use_stay() {
        let now = Instant::now();
        let mut cache = NameCache::new(10);
        for number in 0..1_000 {
            cache.answer(address(number), None, now + Duration::from_secs(1));
            assert!(cache.young.len() + cache.old.len() <= 10);
            assert!(cache.get(address(0), now).is_some());
        }
        assert!(cache.get(address(1), now).is_none());
    }

    #[test]
    fn an_answer_is_valid_for_its_time() {
        let now = Instant::now();
        let mut cache = NameCache::new(10);
        cache.answer(
            address(1),
            Some("host".into()),
            now + Duration::from_secs(60),
        );
        let later = |seconds| now + Duration::from_secs(seconds);
        let known = cache.get(address(1), later(59));
        assert!(matches!(known, Some(Known::Name(name)) if &*name == "host"));
        assert!(cache.get(address(1), later(60)).is_none());
        cache.ask(address(1));
        assert!(matches!(
            cache.get(address(1), later(61)),
            Some(Known::Asked)
        ));
    }
}
