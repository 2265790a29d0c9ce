// SPDX-License-Identifier: GPL-2.0-only

/// A subject of nothing but a flush queue with one entry, written against the ABI's header: unmapping
/// stamps the entry with the count of flushes started, a tick flushes and gives back what is older
/// than the last flush that finished.
let servicesPrototype = #"""
  #include <stdlib.h>
  #include "iopt_subject.h"

  struct domain {
    struct iopt_host *host;
    uint64_t started, finished; /* shared cells */
    uint64_t iova, stamp; /* under the ring's lock; iova 0: empty */
  };

  static void yield(struct domain *d, uint32_t point)
  {
    if (d->host->yield)
      d->host->yield(d->host, point);
  }

  static void lock(struct domain *d)
  {
    yield(d, IOPT_POINT_FQ_LOCK);
    if (d->host->lock)
      d->host->lock(d->host, IOPT_LOCK_FQ, 0);
  }

  static void unlock(struct domain *d)
  {
    if (d->host->unlock)
      d->host->unlock(d->host, IOPT_LOCK_FQ, 0);
    yield(d, IOPT_POINT_FQ_UNLOCK);
  }

  static uint64_t load(struct domain *d, uint32_t cell, uint64_t *address)
  {
    return d->host->load ? d->host->load(d->host, cell, address, IOPT_ACQUIRE) : *address;
  }

  static void increment(struct domain *d, uint32_t cell, uint64_t *address)
  {
    uint64_t seen = load(d, cell, address), old;

    if (!d->host->compare_exchange) {
      *address += 1;
      return;
    }
    while ((old = d->host->compare_exchange(d->host, cell, address, seen, seen + 1,
                                            IOPT_ACQ_REL)) != seen)
      seen = old;
  }

  static void put(struct domain *d, const struct iopt_op *op)
  {
    uint64_t begun;

    lock(d);
    d->iova = op->iova;
    d->stamp = load(d, IOPT_CELL_FLUSH_START_COUNT, &d->started);
    begun = iopt_log_begin(d->host->log, IOPT_EVENT_QUEUE);
    iopt_log_word(d->host->log, op->cpu);
    iopt_log_word(d->host->log, d->iova);
    iopt_log_word(d->host->log, IOPT_SLOT_SIZE);
    iopt_log_word(d->host->log, d->stamp);
    iopt_log_end(d->host->log, begun);
    unlock(d);
  }

  static void flush(struct domain *d)
  {
    yield(d, IOPT_POINT_FLUSH_START);
    increment(d, IOPT_CELL_FLUSH_START_COUNT, &d->started);
    yield(d, IOPT_POINT_FLUSH_IOTLB);
    iopt_log0(d->host->log, IOPT_EVENT_FLUSH_ALL);
    yield(d, IOPT_POINT_FLUSH_FINISH);
    increment(d, IOPT_CELL_FLUSH_FINISH_COUNT, &d->finished);
    lock(d);
    if (d->iova && d->stamp < load(d, IOPT_CELL_FLUSH_FINISH_COUNT, &d->finished)) {
      iopt_log2(d->host->log, IOPT_EVENT_IOVA_FREE, d->iova, IOPT_SLOT_SIZE);
      d->iova = 0;
    }
    unlock(d);
  }

  static uint32_t run(void *state, const struct iopt_op *op)
  {
    if (op->kind == IOPT_OP_TICK)
      flush(state);
    else
      put(state, op);
    return IOPT_DONE;
  }

  static uint32_t open_domain(struct iopt_host *host, const struct iopt_config *config,
                              void **state)
  {
    struct domain *d = calloc(1, sizeof(*d));

    (void)config;
    d->host = host;
    *state = d;
    return IOPT_DONE;
  }

  static const struct iopt_subject subject = {
    .size = sizeof(subject), .abi_version = IOPT_ABI_VERSION, .name = "counters",
    .version = "prototype", .open = open_domain, .run = run, .close = free,
  };

  __attribute__((visibility("default"))) const struct iopt_subject *iopt_subject_entry(void)
  {
    return &subject;
  }
  """#
