// The version of each session that counts now. Replace this cache by yours; keep the mapping below it.

/** A bounded cache. A miss says "ask the issuer"; it never says "admit". */
class SessionVersionCache {
    #entriesMax;
    #ttlMs;
    #clock;
    #latest = -Infinity;
    #entries = new Map(); // a key → its version and the instant of its write; the oldest write comes first

    constructor({ entriesMax, ttlMs, now }) {
        this.#entriesMax = Math.max(1, entriesMax);
        this.#ttlMs = Math.max(1, ttlMs);
        this.#clock = now;
    }

    get size() {
        return this.#entries.size;
    }

    /** Takes a version, unless a newer one is cached and fresh. */
    set(key, version) {
        const now = this.#now();
        const entry = this.#entries.get(key);
        if (entry === undefined) {
            if (this.#entries.size >= this.#entriesMax) this.#makeRoom(now);
        } else if (version < entry.version && this.#isFresh(entry, now)) {
            return;
        }
        this.#entries.delete(key); // a key that is set again would keep its place among the others
        this.#entries.set(key, { version, writtenAt: now });
    }

    get(key) {
        const now = this.#now();
        const entry = this.#entries.get(key);
        return entry !== undefined && this.#isFresh(entry, now) ? entry.version : null;
    }

    /** The latest instant seen: a clock that goes back makes nothing fresh again. */
    #now() {
        this.#latest = Math.max(this.#latest, this.#clock());
        return this.#latest;
    }

    #isFresh(entry, now) {
        return now < entry.writtenAt + this.#ttlMs;
    }

    /** Drops what is dead, or the oldest write if nothing is. */
    #makeRoom(now) {
        for (const [key, entry] of this.#entries) {
            if (!this.#isFresh(entry, now)) this.#entries.delete(key);
        }
        if (this.#entries.size < this.#entriesMax) return;
        const [oldest] = this.#entries.keys();
        this.#entries.delete(oldest);
    }
}

stores.session = {
    caps: ["len", "clock_back"],
    limits: { entries_max: whole, ttl_ms: whole },
    open: ({ entries_max: entriesMax, ttl_ms: ttlMs }) => new SessionVersionCache({ entriesMax, ttlMs, now }),
    calls: {
        // The lifetime is the cache's, whatever the call says.
        set: [{ key: text, version: Number.isSafeInteger, ttl_ms: whole }, (store, { key, version }) =>
            store.set(key, version)],
        get: [{ key: text }, (store, { key }) => store.get(key)],
        len: [{}, (store) => store.size],
    },
};
