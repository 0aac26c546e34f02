;; Dot products of one int16 question with many int8 rows, eight lanes at a time. npm run gen compiles it to scan.wasm.
;; Rows are `stride` bytes apart, a multiple of 16, and filled up with zeros; the question has `stride` lanes of two bytes.
;; The caller scales the question so that no sum leaves int32.
(module
  (memory (export "memory") 1)
  (func (export "scan")
    (param $row i32) (param $count i32) (param $stride i32) (param $question i32) (param $out i32)
    (local $rowEnd i32) (local $lane i32) (local $bytes v128) (local $low v128) (local $high v128)
    (block $done
      (loop $rows
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $rowEnd (i32.add (local.get $row) (local.get $stride)))
        (local.set $lane (local.get $question))
        (local.set $low (v128.const i32x4 0 0 0 0))
        (local.set $high (v128.const i32x4 0 0 0 0))
        (loop $sixteen
          (local.set $bytes (v128.load (local.get $row)))
          (local.set $low (i32x4.add (local.get $low)
            (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_s (local.get $bytes)) (v128.load (local.get $lane)))))
          (local.set $high (i32x4.add (local.get $high)
            (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_s (local.get $bytes)) (v128.load offset=16 (local.get $lane)))))
          (local.set $lane (i32.add (local.get $lane) (i32.const 32)))
          (local.set $row (i32.add (local.get $row) (i32.const 16)))
          (br_if $sixteen (i32.lt_u (local.get $row) (local.get $rowEnd))))
        (local.set $low (i32x4.add (local.get $low) (local.get $high)))
        (i32.store (local.get $out)
          (i32.add
            (i32.add (i32x4.extract_lane 0 (local.get $low)) (i32x4.extract_lane 1 (local.get $low)))
            (i32.add (i32x4.extract_lane 2 (local.get $low)) (i32x4.extract_lane 3 (local.get $low)))))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $rows)))))
