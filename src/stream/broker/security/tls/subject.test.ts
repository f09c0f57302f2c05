import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { makeCertificate, oids, type NamePart } from '../../../../../test/support/certificates.ts'
import { subjectOf } from './distinguished-name.ts'
import { nameBySubject, principalRule } from './principal-rules.ts'

/** As Java's X500Principal.getName() writes these subjects (OpenJDK 17). */
const subjects: readonly (readonly [readonly NamePart[], string])[] = [
  [[[[oids.C, 'DE', 0x13]], [[oids.O, 'Acme']], [[oids.OU, 'Shop']], [[oids.CN, 'ada']]], 'CN=ada,OU=Shop,O=Acme,C=DE'],
  [
    [[[oids.O, 'Acme, Inc. "+" <x>;\\#']], [[oids.CN, ' #ada= ']]],
    String.raw`CN=\ \#ada\=\ ,O=Acme\, Inc. \"\+\" \<x\>\;\\\#`,
  ],
  [
    [
      [
        [oids.OU, 'a'],
        [oids.CN, 'b'],
      ],
    ],
    'OU=a+CN=b',
  ],
  [[[[oids.CN, 'Łódź ☃']]], 'CN=Łódź ☃'],
  [[[[oids.CN, 'a\0b']]], String.raw`CN=a\00b`],
  [[[[oids.CN, '  ']]], String.raw`CN=\ \ `],
  [[[['2.5.4.4', 'Lovelace']]], '2.5.4.4=#0c084c6f76656c616365'],
  [[[[oids.email, 'a@b.c', 0x16]], [[oids.CN, 'x']]], 'CN=x,1.2.840.113549.1.9.1=#1605614062' + '2e63'],
  [[[['0.9.2342.19200300.100.1.25', 'example', 0x16]], [['0.9.2342.19200300.100.1.1', 'u1']]], 'UID=u1,DC=example'],
]

for (const [subject, text] of subjects)
  void test(`the subject of a certificate is written as Kafka's users are named: ${text}`, () => {
    assert.equal(subjectOf(new X509Certificate(makeCertificate({ subject }).cert).raw), text)
  })

void test('rules make names of subjects as ssl.principal.mapping.rules does', () => {
  const subject = 'CN=Ada Lovelace,OU=ServiceUsers,O=Acme,C=DE'
  const name = (...rules: string[]): string | undefined => nameBySubject(subject, rules.map(principalRule))
  assert.equal(name(), subject)
  assert.equal(name('RULE:^CN=(.*?),OU=ServiceUsers.*$/$1/'), 'Ada Lovelace')
  assert.equal(name('RULE:^CN=(.*?),OU=Others.*$/$1/', 'RULE:^CN=([^ ]*).*$/$1/L'), 'ada')
  assert.equal(name('RULE:CN=(.*?),OU=(.*?),.*/$1@$2/U'), 'ADA LOVELACE@SERVICEUSERS')
  assert.equal(name('RULE:^.*O=(.*?),.*$/\\$1/'), '$1')
  assert.equal(name('RULE:^OU=.*$/x/', 'DEFAULT'), subject)
  // A rule is about the whole of it.
  assert.equal(name('RULE:CN=Ada/x/'), undefined)
  for (const text of ['RULE:a', 'RULE:(/x/', 'rule:a/b/', ''])
    assert.throws(() => principalRule(text), { code: 'WEIR-1003' }, text)
})
