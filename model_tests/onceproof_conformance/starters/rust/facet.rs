// Facets: capabilities that are used once, where a verifier decides whether the use counts.
// Replace this store by yours; keep the mapping below it, and let OFFER say what yours can do.
mod facet {
    use super::{quoted, Fields, Json, Offer, Reply, Store, BAD_REQUEST, UNSUPPORTED};
    use std::collections::HashMap;
    use std::panic::resume_unwind;

    struct FacetStore {
        entries_max: Option<usize>,
        facets: HashMap<String, String>,
    }

    impl FacetStore {
        fn register(&mut self, key: &str, facet: &str) -> Reply<()> {
            if self.facets.contains_key(key) {
                return Err("already_registered");
            }
            if self.entries_max.is_some_and(|entries_max| self.facets.len() >= entries_max) {
                return Err("entries_limit");
            }
            self.facets.insert(key.to_string(), facet.to_string());
            Ok(())
        }

        /// Runs the verifier with the facet, or with none. If it accepts, the facet is used up.
        /// If it refuses or panics, nothing has changed.
        fn consume(&mut self, key: &str, verify: impl FnOnce(Option<&String>) -> Reply<()>) -> Reply<()> {
            verify(self.facets.get(key))?;
            self.facets.remove(key);
            Ok(())
        }
    }

    // The mapping from the protocol's operations to the store's methods.

    pub const OFFER: Offer = Offer {
        store: "facet",
        ops: &["register", "lookup", "consume"],
        caps: &["len", "revoke"],
        limits: &["entries_max"],
        open,
    };

    fn open(config: &Fields) -> Reply<Box<dyn Store>> {
        let entries_max = match config.get("entries_max")? {
            Json::Null => None,
            _ => Some(config.number::<usize>("entries_max")?.max(1)),
        };
        Ok(Box::new(FacetStore { entries_max, facets: HashMap::new() }))
    }

    fn shown(facet: Option<&String>) -> String {
        facet.map_or("null".to_string(), |facet| quoted(facet))
    }

    impl FacetStore {
        /// Consumes with a verifier that does what the request says.
        /// Answers what that was handed, and how often it ran.
        fn consume_by(&mut self, key: &str, verdict: &str) -> Reply<String> {
            let mut seen = Vec::new();
            self.consume(key, |facet| {
                seen.push(shown(facet));
                match verdict {
                    "ok" => Ok(()),
                    "deny" => Err("denied"),
                    _ => resume_unwind(Box::new("the verifier panics here")), // a panic, but silent on stderr
                }
            })?;
            let saw = seen.first().map_or("null", |facet| facet.as_str());
            Ok(format!(r#"{}"saw":{},"ran":{}{}"#, '{', saw, seen.len(), '}'))
        }
    }

    impl Store for FacetStore {
        fn call(&mut self, op: &str, fields: &Fields) -> Reply<String> {
            match (op, fields.number::<u64>("at").and(fields.text("key"))) {
                ("len", _) => fields.number::<u64>("at").map(|_| self.facets.len().to_string()),
                ("register", key) => {
                    self.register(key?, fields.text("facet")?).map(|()| "null".to_string())
                }
                ("lookup", key) => Ok(shown(self.facets.get(key?))),
                ("consume", key) => match fields.text("verdict")? {
                    verdict @ ("ok" | "deny" | "panic") => self.consume_by(key?, verdict),
                    _ => Err(BAD_REQUEST),
                },
                ("revoke", key) => Ok(self.facets.remove(key?).is_some().to_string()),
                _ => Err(UNSUPPORTED),
            }
        }
    }
}
