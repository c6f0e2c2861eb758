package report

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/report/reporttest"
)

// momentOf returns a Moment of a record, at so many nanoseconds after t0.
func momentOf(kind analyze.MomentKind, c *analyze.Connection, packet uint64, at int64) analyze.Moment {
	return analyze.Moment{
		Kind: kind, Packet: packet, Time: reporttest.Start + at, Number: c.Number, Client: c.Client, Server: c.Server,
		RolesGuessed: c.RolesGuessed, EncapID: c.EncapID, Connection: c,
	}
}

// sampleMoments are one of each kind, and of some that have several sentences
// more.
func sampleMoments(t testing.TB) (all []analyze.Moment) {
	v4, v6, again := reporttest.HalfClose(t), reporttest.Refused6(t), reporttest.Reused(t)
	add := func(m analyze.Moment, change func(*analyze.Moment)) {
		if change != nil {
			change(&m)
		}
		all = append(all, m)
	}
	client := func(m *analyze.Moment) { m.By = analyze.ClientSide }
	add(momentOf(analyze.MomentMidstream, reporttest.Midstream(t), 1, -5e9), func(m *analyze.Moment) { m.By = analyze.ServerSide })
	add(momentOf(analyze.MomentRetry, v4, 2, 0), func(m *analyze.Moment) {
		m.By, m.Count, m.Since = analyze.ServerSide, 3, reporttest.Start-7e9
		m.SynAck = true
	})
	add(momentOf(analyze.MomentICMPError, v6, 21, 5e8), nil)
	add(momentOf(analyze.MomentOpened, v4, 3, 4517000), nil)
	add(momentOf(analyze.MomentRefused, v6, 23, 2e9+1_000_300_000), func(m *analyze.Moment) { m.By = analyze.ServerSide })
	add(momentOf(analyze.MomentOpeningReset, v6, 23, 2e9), client)
	add(momentOf(analyze.MomentHalfOpen, v6, 23, 300e9), func(m *analyze.Moment) { m.By, m.End = analyze.ClientSide, analyze.EndQuiet })
	add(momentOf(analyze.MomentUnanswered, reporttest.Unanswered(t), 24, 300e9), func(m *analyze.Moment) {
		m.By, m.End, m.Inferred = analyze.ClientSide, analyze.EndCapture, true
	})
	add(momentOf(analyze.MomentOneWay, reporttest.Midstream(t), 25, 300e9), client)
	add(momentOf(analyze.MomentResent, v4, 30, 5e9), func(m *analyze.Moment) {
		m.By, m.Count, m.Octets, m.First, m.Since, m.End = analyze.ServerSide, 1234, 1_800_000, 26, reporttest.Start+48e8, analyze.EndAcked
		m.Causes = [label.CauseCount]uint32{label.CauseRTO: 1, label.CauseFast: 1230, label.CauseTLP: 1, label.CauseSpurious: 1, label.CauseUnknown: 1}
	})
	add(momentOf(analyze.MomentStalled, v4, 31, 6e9), func(m *analyze.Moment) {
		m.By, m.Count, m.First, m.Since = analyze.ServerSide, 3, 28, reporttest.Start+4e9
	})
	add(momentOf(analyze.MomentZeroWindow, v4, 32, 7e9), client)
	add(momentOf(analyze.MomentWindowReopened, v4, 33, 8e9), func(m *analyze.Moment) {
		m.By, m.Count, m.First, m.Since, m.Window = analyze.ServerSide, 1, 32, reporttest.Start+7e9, 64512
	})
	add(momentOf(analyze.MomentAckLost, v4, 34, 8e9), client)
	add(momentOf(analyze.MomentHalfClosed, v4, 7, 9e9), client)
	add(momentOf(analyze.MomentClosed, v4, 19, 1311e6), client)
	add(momentOf(analyze.MomentClosed, again, 40, 10e9), func(m *analyze.Moment) {
		c := *m.Connection
		c.Closing.Outcome, c.Closing.RstAfter = analyze.ClosingReset, analyze.RstUnreadData
		m.Connection, m.By = &c, analyze.ServerSide
	})
	add(momentOf(analyze.MomentTimeWait, v4, 19, 1311e6), func(m *analyze.Moment) {
		m.By, m.Until, m.Inferred = analyze.ClientSide, reporttest.Start+61311e6, true
	})
	add(momentOf(analyze.MomentTimeWaitRestarted, v4, 41, 11e9), func(m *analyze.Moment) { m.By, m.Until, m.Count = analyze.ClientSide, reporttest.Start+71e9, 2 })
	add(momentOf(analyze.MomentTimeWaitOver, v4, 0, 71e9), func(m *analyze.Moment) { m.By, m.End, m.Inferred = analyze.ClientSide, analyze.EndTimer, true })
	add(momentOf(analyze.MomentTupleReused, again, 42, 72e9), func(m *analyze.Moment) {
		m.By, m.Previous, m.Was, m.Right = analyze.ClientSide, 1, flow.TimeWait, analyze.ReuseISN
	})
	add(momentOf(analyze.MomentConfirmed, v4, 43, 73e9), func(m *analyze.Moment) { m.Of = analyze.MomentOpened })
	add(momentOf(analyze.MomentTakenBack, v4, 43, 73e9), func(m *analyze.Moment) { m.Of, m.By = analyze.MomentClosed, analyze.ServerSide })
	add(momentOf(analyze.MomentEvicted, v6, 44, 74e9), func(m *analyze.Moment) { m.Count = 12345 })
	all = append(all, analyze.Moment{Kind: analyze.MomentEvicted, Time: reporttest.Start + 75e9, Count: 1})
	return all
}
