/** A float as PostgreSQL writes it: shortest digits that read back, exponent from 1e15 and below 1e-4 (`1e+20`, `1e-05`). */
export function float8Text(value: number): string {
  if (!Number.isFinite(value)) return specialText(value)
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return Object.is(value, -0) ? '-0' : String(value)
  return withExponent(value.toExponential(), 15)
}

/** The same for 4-byte floats: the shortest digits that read back as this float. Exponent from 1e6. */
export function float4Text(value: number): string {
  if (!Number.isFinite(value)) return specialText(value)
  if (Object.is(value, -0)) return '-0'
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toExponential(digits - 1)
    if (Math.fround(Number(text)) === value) return withExponent(text, 6)
  }
  return withExponent(value.toExponential(), 6)
}

function withExponent(exponential: string, exponentMin: number): string {
  const [mantissa = '', exponentText = '0'] = exponential.split('e')
  const exponent = Number(exponentText)
  const sign = mantissa.startsWith('-') ? '-' : ''
  let digits = mantissa.replace('-', '').replace('.', '').replace(/0+$/, '')
  if (digits === '') digits = '0'
  if (exponent >= exponentMin || exponent < -4) {
    const rest = digits.length > 1 ? `.${digits.slice(1)}` : ''
    return `${sign}${digits[0]}${rest}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0')
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
}

function specialText(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}
