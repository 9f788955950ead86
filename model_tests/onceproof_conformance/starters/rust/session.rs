// Session versions: a bounded cache of the version of each session that counts now.
// Replace this store by yours; keep the mapping below it, and let OFFER say what yours can do.
mod session {
    use super::{Fields, Offer, Reply, Store, UNSUPPORTED};
    use std::collections::BTreeMap;

    struct Entry {
        version: i64,
        written_at_ms: u64,
    }

    struct SessionStore {
        entries_max: usize,
        ttl_ms: u64,
        entries: BTreeMap<String, Entry>,
        latest_ms: u64,
    }

    impl SessionStore {
        /// The instant of this call: a clock that goes back makes nothing fresh again.
        fn advance(&mut self, now_ms: u64) -> u64 {
            self.latest_ms = self.latest_ms.max(now_ms);
            self.latest_ms
        }

        /// Takes a version, unless a newer one is cached and alive.
        fn set(&mut self, key: &str, version: i64, now_ms: u64) {
            let now_ms = self.advance(now_ms);
            match self.entries.get(key) {
                Some(held) if version < held.version && now_ms < held.written_at_ms + self.ttl_ms => return,
                Some(_) => {}
                None => self.make_room(now_ms),
            }
            self.entries.insert(key.to_string(), Entry { version, written_at_ms: now_ms });
        }

        /// At the bound the dead ones go, or the oldest write if none is dead.
        fn make_room(&mut self, now_ms: u64) {
            if self.entries.len() < self.entries_max {
                return;
            }
            let ttl_ms = self.ttl_ms;
            self.entries.retain(|_, held| now_ms < held.written_at_ms + ttl_ms);
            if self.entries.len() < self.entries_max {
                return;
            }
            let oldest = self.entries.iter().min_by_key(|(_, held)| held.written_at_ms);
            if let Some(key) = oldest.map(|(key, _)| key.clone()) {
                self.entries.remove(&key);
            }
        }

        fn get(&mut self, key: &str, now_ms: u64) -> Option<i64> {
            let now_ms = self.advance(now_ms);
            let held = self.entries.get(key)?;
            if now_ms < held.written_at_ms + self.ttl_ms { Some(held.version) } else { None }
        }
    }

    // The mapping from the protocol's operations to the store's methods.

    pub const OFFER: Offer = Offer {
        store: "session",
        ops: &["set", "get"],
        caps: &["len", "clock_back"],
        limits: &["entries_max", "ttl_ms"],
        open,
    };

    fn open(config: &Fields) -> Reply<Box<dyn Store>> {
        Ok(Box::new(SessionStore {
            entries_max: config.number::<usize>("entries_max")?.max(1),
            ttl_ms: config.number::<u64>("ttl_ms")?.max(1),
            entries: BTreeMap::new(),
            latest_ms: 0,
        }))
    }

    impl Store for SessionStore {
        fn call(&mut self, op: &str, fields: &Fields) -> Reply<String> {
            match op {
                "set" => {
                    fields.number::<u64>("ttl_ms")?; // carried, and ignored: the lifetime is the store's
                    self.set(fields.text("key")?, fields.number("version")?, fields.number("at")?);
                    Ok("null".to_string())
                }
                "get" => {
                    let version = self.get(fields.text("key")?, fields.number("at")?);
                    Ok(version.map_or("null".to_string(), |version| version.to_string()))
                }
                "len" => fields.number::<u64>("at").map(|_| self.entries.len().to_string()),
                _ => Err(UNSUPPORTED),
            }
        }
    }
}
