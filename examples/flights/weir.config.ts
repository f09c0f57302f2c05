import { defineProject, delivery, stream, table, view } from 'weir-data'

/** A flight as JSON: when it left, minutes of delay, miles, from and to. */
const flights = stream('flights', { partitions: 4, retention: '7 days', value: 'json' })

const flightsTable = table('flights', {
  columns: {
    date: { type: 'timestamp', doc: 'departure, local time' },
    delay: { type: 'int', doc: 'minutes; less than 0 is early' },
    distance: { type: 'int', doc: 'miles' },
    origin: { type: 'string', doc: 'airport, IATA' },
    destination: { type: 'string', doc: 'airport, IATA' },
  },
  partitionBy: ['month(date)'],
})

const load = delivery('flights-to-lake', { from: flights, to: flightsTable, onNewField: 'reject' })

const delaysByAirport = view('delays_by_airport', {
  sql: `select origin, count(*) as flights, avg(delay) as average_delay, count(*) filter (delay > 60) as over_an_hour
        from flights group by origin`,
})

export default defineProject({ name: 'flights', resources: [flights, flightsTable, load, delaysByAirport] })
