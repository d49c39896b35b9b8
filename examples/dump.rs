use masque::{frame::Size,pattern::*,render::*,seed::*,spec::SceneStyle};
fn main(){ let a:Vec<String>=std::env::args().collect();
 let row=PATTERNS.iter().find(|r|r.name==a[1]).unwrap();
 let style=if a[2]=="c"{SceneStyle::Canonical}else{SceneStyle::Unique};
 let (w,h,n):(u32,u32,u32)=(a[3].parse().unwrap(),a[4].parse().unwrap(),a[5].parse().unwrap());
 for i in a[7].split(',') { for k in a[6].split(',') {
 let clip=Clip{pattern:row.pattern,style,size:Size::new(w,h),frames:n,noise:Address::of_item("video",i.parse().unwrap(),0).noise(Seed(42))};
 let mut rgb=vec![0;clip.size.rgb_bytes() as usize];
 CpuRenderer.open_picture(&clip,k.parse().unwrap()).unwrap().read(&mut rgb).unwrap();
 std::fs::write(format!("/tmp/d/{}_{}_{}x{}_{}_{}.rgb",a[1],a[2],w,h,i,k),rgb).unwrap(); }}
}
