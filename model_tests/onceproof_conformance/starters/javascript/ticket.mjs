// Tickets for one upgrade of a connection each. Replace this store by yours; keep the mapping below it.

/** How often an issue draws at most. */
const MOST_DRAWS = 16;

/** A bounded set of one-time tickets. */
class TicketStore {
    #outstandingMax;
    #ttlMs;
    #clock;
    #randomBytes;
    #latest = -Infinity;
    #deadlines = new Map(); // a ticket → the instant at which it is dead

    constructor({ outstandingMax, ttlMs, now, randomBytes }) {
        this.#outstandingMax = Math.max(1, outstandingMax);
        this.#ttlMs = Math.max(1, ttlMs);
        this.#clock = now;
        this.#randomBytes = randomBytes;
    }

    get size() {
        return this.#deadlines.size;
    }

    issue() {
        const now = this.#now();
        this.#sweep(now);
        if (this.#deadlines.size >= this.#outstandingMax) throw new Refused("outstanding_limit");
        for (let drawn = 0; drawn < MOST_DRAWS; drawn += 1) {
            const ticket = `wst_${this.#draw().toString("hex")}`;
            if (this.#deadlines.has(ticket)) continue;
            this.#deadlines.set(ticket, now + this.#ttlMs);
            return ticket;
        }
        throw new Refused("collision_exhausted");
    }

    /** Whether the ticket was alive; it is gone now, dead or alive. */
    redeem(ticket) {
        const now = this.#now();
        const deadline = this.#deadlines.get(ticket);
        this.#deadlines.delete(ticket);
        return deadline !== undefined && now < deadline;
    }

    /** The latest instant seen: a clock that goes back revives nothing. */
    #now() {
        this.#latest = Math.max(this.#latest, this.#clock());
        return this.#latest;
    }

    #sweep(now) {
        for (const [ticket, deadline] of this.#deadlines) {
            if (now >= deadline) this.#deadlines.delete(ticket);
        }
    }

    #draw() {
        try {
            return this.#randomBytes(32);
        } catch {
            throw new Refused("random");
        }
    }
}

stores.ticket = {
    caps: ["len", "clock_back"],
    limits: { outstanding_max: whole, ttl_ms: whole },
    open: ({ outstanding_max: outstandingMax, ttl_ms: ttlMs }) =>
        new TicketStore({ outstandingMax, ttlMs, now, randomBytes }),
    calls: {
        issue: [{ rng: draws(32) }, (store) => store.issue()],
        redeem: [{ ticket: text }, (store, { ticket }) => store.redeem(ticket)],
        len: [{}, (store) => store.size],
    },
};
