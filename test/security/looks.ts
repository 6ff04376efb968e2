/** What root in a box tries; each prints what it got, and `end`. */
export const groups = `
for t in /sys/fs/cgroup /sys/fs/cgroup/*; do
  for f in release_agent notify_on_release cgroup.procs tasks; do [ -e $t/$f ] && echo 1 2>/dev/null >$t/$f && echo "wrote $t/$f"; done
  [ ! -e $t/cgroup.procs ] || { mkdir $t/escape 2>/dev/null && echo "made $t/escape"; }
done
for type in cgroup cgroup2; do for o in memory freezer rdma none,name=x; do mkdir -p /tmp/cg; mount -t $type -o $o cg /tmp/cg 2>/dev/null && echo "mounted $type $o"; done; done
unshare -Ur true 2>/dev/null && echo 'a user namespace'
unshare -UrmC sh -c 'mount -t cgroup -o memory cg /tmp/cg && echo 1 >/tmp/cg/release_agent' 2>/dev/null && echo escaped
mount -o remount,rw /sys 2>/dev/null && echo remounted; mount -o remount,bind,rw /proc/sys 2>/dev/null && echo remounted
umount /proc/kcore 2>/dev/null && echo unmasked
echo end`

export const masks = `
for f in kcore keys timer_list sched_debug latency_stats interrupts; do [ ! -e /proc/$f ] || [ -z "$(head -c 1 /proc/$f 2>/dev/null)" ] || echo "read /proc/$f"; done
for d in acpi scsi asound; do [ ! -e /proc/$d ] || [ -z "$(ls -A /proc/$d)" ] || echo "listed /proc/$d"; done
for d in /sys/firmware /sys/devices/virtual/powercap; do [ ! -e $d ] || [ -z "$(ls -A $d)" ] || echo "listed $d"; done
for f in /proc/sysrq-trigger /proc/sys/kernel/core_pattern /proc/sys/vm/drop_caches /sys/kernel/mm/transparent_hugepage/enabled /sys/kernel/uevent_helper /proc/irq/default_smp_affinity; do
  [ ! -e $f ] || { ( : >>$f ) 2>/dev/null && echo "opened $f"; }; done
echo end`
