// Join tokens, each known by its hash. Replace this store by yours; keep the mapping below it.

/** What has no way out, and how a begin is refused then. */
const ENDED = { consumed: "already_consumed", expired: "expired", aborted: "aborted" };

/** A set of tokens, each of which lets one address in, once, in two steps: begin, then consume. */
class JoinTokenStore {
    #inFlightMs;
    #entriesMax;
    #now;
    #records = new Map(); // a token's hash in hex → its state, address, attempt, expiresAt and overdueAt

    constructor({ inFlightMs, entriesMax, now }) {
        this.#inFlightMs = Math.max(1, inFlightMs);
        this.#entriesMax = entriesMax === null ? Infinity : Math.max(1, entriesMax);
        this.#now = now;
    }

    get size() {
        return this.#records.size;
    }

    register(token, expiresAt) {
        if (this.#records.has(token)) throw new Refused("already_registered");
        if (this.#entriesMax < Infinity) this.#makeRoom(this.#now());
        this.#records.set(token, { state: "issued", address: null, attempt: 0, expiresAt, overdueAt: 0 });
    }

    /** The number of the attempt: a new one, or for the holder itself the one that runs. */
    begin(token, address) {
        const record = this.#known(token);
        const now = this.#now();
        if (record.state in ENDED) throw new Refused(ENDED[record.state]);
        if (record.state === "in_flight" && now < record.overdueAt) {
            if (record.address !== address) throw new Refused("in_flight_conflict");
            return record.attempt;
        }
        if (now > record.expiresAt) {
            Object.assign(record, { state: "expired", address: null });
            throw new Refused("expired");
        }
        Object.assign(record, { state: "in_flight", address, overdueAt: now + this.#inFlightMs });
        return ++record.attempt;
    }

    /** Uses the token, once and for all. Who began in time may finish after the expiry. */
    consume(token, address, attempt) {
        const record = this.#known(token);
        if (record.state === "consumed") throw new Refused("already_consumed");
        if (record.state !== "in_flight") throw new Refused("invalid_transition");
        if (record.address !== address) throw new Refused("in_flight_conflict");
        if (record.attempt !== attempt) throw new Refused("stale_attempt");
        record.state = "consumed";
    }

    /** Gives an attempt up: another can begin, unless the expiry is past. */
    revert(token, attempt) {
        const record = this.#known(token);
        if (record.state !== "in_flight") throw new Refused("invalid_transition");
        if (attempt !== record.attempt) throw new Refused("stale_attempt");
        const isLate = this.#now() > record.expiresAt;
        Object.assign(record, { state: isLate ? "expired" : "issued", address: null });
    }

    abort(token) {
        const record = this.#known(token);
        if (record.state in ENDED) throw new Refused("invalid_transition");
        Object.assign(record, { state: "aborted", address: null });
    }

    get(token) {
        return this.#records.get(token);
    }

    #known(token) {
        const record = this.#records.get(token);
        if (record === undefined) throw new Refused("not_found");
        return record;
    }

    /** Drops what is ended and past its expiry, and refuses if that makes no room. */
    #makeRoom(now) {
        for (const [token, record] of this.#records) {
            if (record.state in ENDED && now > record.expiresAt) this.#records.delete(token);
        }
        if (this.#records.size >= this.#entriesMax) throw new Refused("entries_limit");
    }
}

const joinToken = { token: hex(32) };
const lowered = (digits) => digits.toLowerCase(); // upper case is the same token

stores.join = {
    caps: ["len", "abort", "clock_back"],
    limits: { in_flight_ms: whole, entries_max: orNull(whole) },
    open: ({ in_flight_ms: inFlightMs, entries_max: entriesMax }) =>
        new JoinTokenStore({ inFlightMs, entriesMax, now }),
    calls: {
        register: [{ ...joinToken, expires_at: whole }, (store, { token, expires_at: expiresAt }) =>
            store.register(lowered(token), expiresAt)],
        begin: [{ ...joinToken, addr: text }, (store, { token, addr }) => store.begin(lowered(token), addr)],
        consume: [{ ...joinToken, addr: text, attempt: whole }, (store, { token, addr, attempt }) =>
            store.consume(lowered(token), addr, attempt)],
        revert: [{ ...joinToken, attempt: whole }, (store, { token, attempt }) =>
            store.revert(lowered(token), attempt)],
        abort: [joinToken, (store, { token }) => store.abort(lowered(token))],
        len: [{}, (store) => store.size],
        get: [joinToken, (store, { token }) => {
            const record = store.get(lowered(token));
            if (record === undefined) return null;
            const { state, address, attempt, expiresAt } = record;
            return { state, addr: address, attempt, expires_at: expiresAt };
        }],
    },
};
