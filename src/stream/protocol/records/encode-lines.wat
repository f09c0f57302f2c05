;; Lines become records: the hot path of files and pipes, where a call of JavaScript for each record would take most of the time.
;; `node tools/wasm.ts` compiles this into encode-lines-module.ts. The shape of a record: https://kafka.apache.org/documentation/#record
(module
  ;; 256 KiB: the lines from 0 on, the records after them. encode-lines.ts knows where.
  (memory (export "memory") 4)

  ;; The bytes of a varint: one for each seven bits, and one for zero.
  (func $varintBytes (param $zigzag i64) (result i32)
    (i32.div_u
      (i32.sub (i32.const 70) (i32.wrap_i64 (i64.clz (i64.or (local.get $zigzag) (i64.const 1)))))
      (i32.const 7)))

  ;; Of a number that is not negative.
  (func $zigzag (param $number i32) (result i64)
    (i64.shl (i64.extend_i32_u (local.get $number)) (i64.const 1)))

  ;; Gives the place after it.
  (func $writeVarint (param $at i32) (param $zigzag i64) (result i32)
    (block $last
      (loop $more
        (br_if $last (i64.lt_u (local.get $zigzag) (i64.const 128)))
        (i32.store8 (local.get $at) (i32.or (i32.wrap_i64 (local.get $zigzag)) (i32.const 128)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $zigzag (i64.shr_u (local.get $zigzag) (i64.const 7)))
        (br $more)))
    (i32.store8 (local.get $at) (i32.wrap_i64 (local.get $zigzag)))
    (i32.add (local.get $at) (i32.const 1)))

  ;; The place of the next newline, or one at $end or beyond when there is none.
  (func $newline (param $at i32) (param $end i32) (result i32)
    (local $found i32)
    (loop $sixteen
      (local.set $found
        (i8x16.bitmask
          (i8x16.eq
            (v128.load align=1 (local.get $at))
            (v128.const i8x16 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10))))
      (if (local.get $found)
        (then (return (i32.add (local.get $at) (i32.ctz (local.get $found))))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $sixteen (i32.lt_u (local.get $at) (local.get $end))))
    (local.get $at))

  ;; Gives the place after it. Up to fifteen bytes beyond that are written too: the next record or nobody has that place.
  (func $copy (param $to i32) (param $from i32) (param $length i32) (result i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $to) (local.get $length)))
    (loop $sixteen
      (v128.store align=1 (local.get $to) (v128.load align=1 (local.get $from)))
      (local.set $from (i32.add (local.get $from) (i32.const 16)))
      (br_if $sixteen
        (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 16))) (local.get $end))))
    (local.get $end))

  ;; Writes the whole lines between $from and $end as records without key and headers, from $to to $limit at most; $count is the offset
  ;; delta of the first, $timestamp the delta of all, zigzag. Empty lines are left out, and a carriage return before the newline.
  ;; Gives the places after the last line read and the last record written, the next offset delta, and the lines read, empty ones too.
  (func (export "encodeLines")
    (param $from i32) (param $end i32) (param $to i32) (param $limit i32) (param $count i32) (param $timestamp i64)
    (result i32 i32 i32 i32)
    (local $newline i32) (local $length i32) (local $bytes i32) (local $lines i32)
    (block $done
      (loop $line
        (br_if $done (i32.ge_u (local.get $from) (local.get $end)))
        (local.set $newline (call $newline (local.get $from) (local.get $end)))
        (br_if $done (i32.ge_u (local.get $newline) (local.get $end)))
        (local.set $length (i32.sub (local.get $newline) (local.get $from)))
        (if (local.get $length)
          (then
            (local.set $length
              (i32.sub
                (local.get $length)
                (i32.eq (i32.load8_u (i32.sub (local.get $newline) (i32.const 1))) (i32.const 13))))))
        (if (local.get $length)
          (then
            ;; Attributes, no key and no headers: one byte each.
            (local.set $bytes
              (i32.add
                (i32.add (i32.const 3) (local.get $length))
                (i32.add
                  (call $varintBytes (local.get $timestamp))
                  (i32.add
                    (call $varintBytes (call $zigzag (local.get $count)))
                    (call $varintBytes (call $zigzag (local.get $length)))))))
            ;; Its own length takes five bytes at most.
            (br_if $done
              (i32.gt_u (i32.add (i32.add (local.get $to) (local.get $bytes)) (i32.const 5)) (local.get $limit)))
            (local.set $to (call $writeVarint (local.get $to) (call $zigzag (local.get $bytes))))
            (i32.store8 (local.get $to) (i32.const 0))
            (local.set $to (call $writeVarint (i32.add (local.get $to) (i32.const 1)) (local.get $timestamp)))
            (local.set $to (call $writeVarint (local.get $to) (call $zigzag (local.get $count))))
            ;; -1, zigzag: no key.
            (i32.store8 (local.get $to) (i32.const 1))
            (local.set $to
              (call $writeVarint (i32.add (local.get $to) (i32.const 1)) (call $zigzag (local.get $length))))
            (local.set $to (call $copy (local.get $to) (local.get $from) (local.get $length)))
            (i32.store8 (local.get $to) (i32.const 0))
            (local.set $to (i32.add (local.get $to) (i32.const 1)))
            (local.set $count (i32.add (local.get $count) (i32.const 1)))))
        (local.set $lines (i32.add (local.get $lines) (i32.const 1)))
        (local.set $from (i32.add (local.get $newline) (i32.const 1)))
        (br $line)))
    (local.get $from) (local.get $to) (local.get $count) (local.get $lines)))
